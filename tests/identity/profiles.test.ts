import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type {
  FollowView,
  FollowState,
  InterestsView,
  PersonProfileView,
} from '../../shared/identity/profiles.ts';
import { audienceOf } from '../../server/identity/profiles/profiles.policy.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

interface Someone {
  id: string;
  email: string;
  token: string;
}
type Page = { items: FollowView[]; nextCursor: string | null };

let server: TestServer;
/** Two departments of the default organization; its other half and a tenant of its own. */
let science: string;
let admin: Someone;

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

let count = 0;
async function person(
  options: { role?: string; organization?: string; name?: string } = {},
): Promise<Someone> {
  count += 1;
  const email = `someone${count}@profiles.test`;
  const displayName = options.name ?? `Someone ${count}`;
  const id = await createUser(server.databaseUrl, { email, displayName, ...options });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, email, token: body.accessToken };
}

const join = (who: Someone, organizationId: string) =>
  rows(
    'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
    who.id,
    organizationId,
  );
const tell = (who: Someone, changes: object) =>
  server.ask('PATCH', '/me/profile', { token: who.token, body: changes });
const look = (viewer: Someone, at: Someone) =>
  server.ask<PersonProfileView>('GET', `/users/${at.id}/profile`, { token: viewer.token });
const follow = (who: Someone, whom: Someone) =>
  server.ask<FollowState>('PUT', `/users/${whom.id}/follow`, { token: who.token });
const unfollow = (who: Someone, whom: Someone) =>
  server.ask<FollowState>('DELETE', `/users/${whom.id}/follow`, { token: who.token });
const list = (viewer: Someone, of: Someone, direction: 'followers' | 'following', query = '') =>
  server.ask<Page>('GET', `/users/${of.id}/${direction}${query}`, { token: viewer.token });
const names = ({ body }: { body: Page }) => body.items.map(({ displayName }) => displayName);
const counts = async (who: Someone) =>
  (
    await rows<{ followers_count: number; following_count: number }>(
      'select followers_count, following_count from users where id = $1',
      who.id,
    )
  )[0];

async function organization(name: string, parent?: string): Promise<string> {
  const [row] = await rows<{ id: string }>(
    `insert into organizations (name, slug, parent_id) select $1, $1, (select id from organizations where slug = $2) returning id`,
    name,
    parent ?? null,
  );
  return (row as { id: string }).id;
}

beforeAll(async () => {
  server = await startServer();
  science = await organization('science', 'default');
  await organization('letters', 'default');
  await organization('elsewhere');
  admin = await person({ role: 'admin' });
});
afterAll(() => server.close());

describe('the profile of another person', () => {
  it('tells who they are, and nothing that is not for everybody', async () => {
    const [ana, ben] = [await person({ name: 'Ana Silva' }), await person()];
    await tell(ana, {
      bio: 'I paint.',
      dateOfBirth: '2008-04-01',
      skills: ['Ink'],
      socialLinks: { website: 'https://ana.example' },
      location: 'Porto',
      country: 'PT',
      jobTitle: 'Painter',
      timezone: undefined,
      addressLine1: 'Rua 1',
      emergencyContactName: 'Rui',
      alternatePhone: '+351 912 345 678',
      gender: 'female',
    });
    await rows(
      `update user_profiles set department = 'Arts', employee_id = 'E-1' where user_id = $1`,
      ana.id,
    );
    const { status, body } = await look(ben, ana);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      displayName: 'Ana Silva',
      firstName: 'Ana Silva',
      bio: 'I paint.',
      skills: ['Ink'],
      socialLinks: { website: 'https://ana.example' },
      location: 'Porto',
      country: 'PT',
      timezone: 'UTC',
      jobTitle: 'Painter',
      department: 'Arts',
      role: 'student',
      dateOfBirth: null,
      confidential: null,
      isSelf: false,
    });
    const text = JSON.stringify(body);
    for (const secret of [ana.email, 'Rua 1', 'Rui', '912', 'E-1', '2008', 'female'])
      expect(text).not.toContain(secret);
  });

  it('shows the day of birth to guardians, and the rest to oneself and administrators only', async () => {
    const [child, parent, teacher] = [
      await person(),
      await person({ role: 'parent' }),
      await person({ role: 'instructor' }),
    ];
    await tell(child, { dateOfBirth: '2010-05-06', emergencyContactName: 'Grandma', addressLine1: 'Hill 2' });
    const link = async (status: string) =>
      rows(
        `insert into guardianships (parent_id, child_id, relationship, status) values ($1, $2, 'mother', $3)
         on conflict (parent_id, child_id) where deleted_at is null do update set status = excluded.status`,
        parent.id,
        child.id,
        status,
      );
    const born = async (viewer: Someone) => (await look(viewer, child)).body.dateOfBirth;
    await link('pending');
    expect(await born(parent)).toBeNull();
    await link('active');
    expect(await born(parent)).toBe('2010-05-06');
    expect((await look(parent, child)).body.confidential).toBeNull();
    expect((await look(teacher, child)).body).toMatchObject({ dateOfBirth: null, confidential: null });
    for (const viewer of [child, admin])
      expect((await look(viewer, child)).body).toMatchObject({
        dateOfBirth: '2010-05-06',
        confidential: { email: child.email, emergencyContactName: 'Grandma', addressLine1: 'Hill 2' },
      });
    await link('revoked');
    expect(await born(parent)).toBeNull();
  });

  it('shows nothing of them to administrators of an organization that only has them as a guest', async () => {
    const guest = await person({ organization: 'elsewhere' });
    await tell(guest, { dateOfBirth: '1990-01-01', bio: 'A guest' });
    await rows(`update user_profiles set department = 'Theirs' where user_id = $1`, guest.id);
    expect((await look(admin, guest)).status).toBe(404);
    const [home] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
    await join(guest, home?.id ?? '');
    const { body } = await look(admin, guest);
    expect(body).toMatchObject({ bio: 'A guest', dateOfBirth: null, confidential: null, department: null });
  });

  it.each([
    ['public', [200, 200, 404, 200, 200]],
    ['organization', [200, 404, 404, 200, 200]],
    ['private', [404, 404, 404, 200, 200]],
  ])('that is %s is there for whom it says', async (visibility, expected) => {
    const shown = await person();
    await tell(shown, { visibility });
    const viewers = [
      await person(),
      await person({ organization: 'letters' }),
      await person({ organization: 'elsewhere', role: 'admin' }),
      admin,
      shown,
    ];
    const statuses = [];
    for (const viewer of viewers) {
      const { status, body } = await look(viewer, shown);
      statuses.push(body.code === 'not_found' ? 404 : status);
    }
    expect(statuses).toEqual(expected);
  });

  it('is gone with the membership, the suspension of the organization, the account', async () => {
    const [seen, viewer] = [
      await person({ organization: 'letters' }),
      await person({ organization: 'letters' }),
    ];
    const status = async () => (await look(viewer, seen)).status;
    expect(await status()).toBe(200);
    await rows(`update organizations set status = 'suspended' where slug = 'letters'`);
    expect(await status()).toBe(404);
    expect((await look(seen, seen)).status).toBe(200);
    await rows(`update organizations set status = 'active' where slug = 'letters'`);
    for (const state of [`status = 'inactive'`, `status = 'suspended', suspended_until = null`]) {
      await rows(`update users set ${state} where id = $1`, seen.id);
      expect(await status()).toBe(404);
    }
    await rows(
      `update users set suspended_until = $2 where id = $1`,
      seen.id,
      new Date(server.clock.now().getTime() - 1000),
    );
    expect(await status()).toBe(200);
    await rows(`update users set status = 'active', deleted_at = now() where id = $1`, seen.id);
    expect(await status()).toBe(404);
    await rows('update users set deleted_at = null where id = $1', seen.id);
    expect(await status()).toBe(200);
    await rows(
      'update organization_memberships set left_at = now(), is_primary = false where user_id = $1',
      seen.id,
    );
    expect(await status()).toBe(404);
  });

  it('that does not exist, or has no id, is nobody', async () => {
    for (const id of ['00000000-0000-7000-8000-000000000000', 'x'])
      expect((await server.ask('GET', `/users/${id}/profile`, { token: admin.token })).body.code).toBe(
        'not_found',
      );
    expect((await server.ask('GET', `/users/${admin.id}/profile`)).status).toBe(401);
  });

  it('is decided by the nearest thing that the viewer is', () => {
    const none = { isSelf: false, administers: false, isGuardian: false, isShown: false };
    expect(audienceOf(none)).toBeNull();
    expect(audienceOf({ ...none, isShown: true })).toBe('others');
    expect(audienceOf({ ...none, isShown: true, isGuardian: true })).toBe('guardian');
    expect(audienceOf({ ...none, isGuardian: true, administers: true })).toBe('administrator');
    expect(audienceOf({ isSelf: true, administers: true, isGuardian: true, isShown: true })).toBe('self');
  });
});

describe('following', () => {
  it('counts once, however often it is said, and so does its end', async () => {
    const [ana, ben] = [await person(), await person()];
    expect((await follow(ana, ben)).body).toEqual({ isFollowed: true, followersCount: 1 });
    expect((await follow(ana, ben)).body).toEqual({ isFollowed: true, followersCount: 1 });
    expect(await counts(ana)).toEqual({ followers_count: 0, following_count: 1 });
    expect(await counts(ben)).toEqual({ followers_count: 1, following_count: 0 });
    expect((await look(ana, ben)).body).toMatchObject({
      isFollowed: true,
      followsMe: false,
      followersCount: 1,
    });
    expect((await look(ben, ana)).body).toMatchObject({
      isFollowed: false,
      followsMe: true,
      followingCount: 1,
    });
    expect((await unfollow(ana, ben)).body).toEqual({ isFollowed: false, followersCount: 0 });
    expect((await unfollow(ana, ben)).body).toEqual({ isFollowed: false, followersCount: 0 });
    expect(await counts(ana)).toEqual({ followers_count: 0, following_count: 0 });
    expect(
      await rows(
        'select action, severity from audit_logs where resource_id = $1 and user_id = $2 order by seq',
        ben.id,
        ana.id,
      ),
    ).toEqual([
      { action: 'user.followed', severity: 'low' },
      { action: 'user.unfollowed', severity: 'low' },
    ]);
  });

  it('at the same time in both directions is counted right', async () => {
    const [ana, ben] = [await person(), await person()];
    const answers = await Promise.all([
      follow(ana, ben),
      follow(ben, ana),
      follow(ana, ben),
      follow(ben, ana),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const who of [ana, ben])
      expect(await counts(who)).toEqual({ followers_count: 1, following_count: 1 });
  });

  it('is not for oneself, nor for people who are not there for the caller', async () => {
    const [ana, hidden, stranger] = [
      await person(),
      await person(),
      await person({ organization: 'elsewhere' }),
    ];
    await tell(hidden, { visibility: 'private' });
    await tell(stranger, { visibility: 'public' });
    for (const act of [follow, unfollow]) {
      expect((await act(ana, ana)).body.code).toBe('own_account');
      expect((await act(ana, hidden)).body.code).toBe('not_found');
      expect((await act(ana, stranger)).body.code).toBe('not_found');
    }
    expect(await counts(ana)).toEqual({ followers_count: 0, following_count: 0 });
    await expect(
      rows('insert into user_follows (follower_id, followee_id) values ($1, $1)', ana.id),
    ).rejects.toThrow('user_follows_not_self_check');
  });

  it('can end also when the other one has hidden themselves since', async () => {
    const [ana, ben] = [await person(), await person()];
    await follow(ana, ben);
    await tell(ben, { visibility: 'private' });
    expect((await list(ana, ben, 'followers')).status).toBe(404);
    expect((await unfollow(ana, ben)).status).toBe(200);
    expect(await counts(ben)).toEqual({ followers_count: 0, following_count: 0 });
    expect((await unfollow(ana, ben)).status).toBe(404);
  });

  it('has an end at a thousand', async () => {
    const [ana, ben] = [await person(), await person()];
    await rows('update users set following_count = 1000 where id = $1', ana.id);
    expect((await follow(ana, ben)).body.code).toBe('follow_limit');
    await rows('update users set following_count = 999 where id = $1', ana.id);
    expect((await follow(ana, ben)).status).toBe(200);
    // Said again it is no new one.
    expect((await follow(ana, ben)).status).toBe(200);
    expect(await counts(ana)).toEqual({ followers_count: 0, following_count: 1000 });
  });

  it('is listed in both directions, newest first, page by page, each person once', async () => {
    const star = await person();
    const fans = [];
    for (let n = 1; n <= 5; n += 1) {
      const fan = await person({ name: `Fan ${n}` });
      fans.push(fan);
      await follow(fan, star);
      await follow(star, fan);
    }
    for (const direction of ['followers', 'following'] as const) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { status: number; body: Page } = await list(
          admin,
          star,
          direction,
          `?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
        );
        expect(page.status).toBe(200);
        seen.push(...names(page));
        cursor = page.body.nextCursor;
      }
      expect(seen).toEqual(['Fan 5', 'Fan 4', 'Fan 3', 'Fan 2', 'Fan 1']);
    }
    const [first] = fans as [Someone];
    const mine = (await list(first, star, 'followers')).body.items;
    expect(mine.filter(({ isSelf }) => isSelf).map(({ id }) => id)).toEqual([first.id]);
    expect(mine.every(({ isFollowed }) => !isFollowed)).toBe(true);
    expect((await list(star, star, 'followers')).body.items.every(({ isFollowed }) => isFollowed)).toBe(true);
  });

  it('is listed without those who do not show themselves to the viewer', async () => {
    const [star, open, hidden, guest] = [
      await person(),
      await person({ name: 'Open' }),
      await person({ name: 'Hidden' }),
      await person({ name: 'Guest', organization: 'elsewhere' }),
    ];
    await rows(
      `insert into organization_memberships (user_id, organization_id) select $1, id from organizations where slug = 'elsewhere'`,
      star.id,
    );
    for (const fan of [open, hidden, guest]) expect((await follow(fan, star)).status).toBe(200);
    await tell(hidden, { visibility: 'private' });
    const viewer = await person();
    expect(names(await list(viewer, star, 'followers'))).toEqual(['Open']);
    expect(names(await list(star, star, 'followers'))).toEqual(['Guest', 'Open']);
    expect(names(await list(hidden, star, 'followers'))).toEqual(['Hidden', 'Open']);
    expect((await look(viewer, star)).body.followersCount).toBe(3);
  });

  it('refuses places that it did not give', async () => {
    const ana = await person();
    for (const cursor of ['!', Buffer.from('["yesterday","x"]').toString('base64url')])
      expect((await list(ana, ana, 'followers', `?cursor=${cursor}`)).body.code).toBe('invalid_input');
    for (const query of ['?limit=0', '?limit=101', '?x=1'])
      expect((await list(ana, ana, 'following', query)).body.code).toBe('invalid_input');
  });
});

describe('interests', () => {
  const set = (who: Someone, body: unknown) =>
    server.ask<InterestsView>('PUT', '/me/interests', { token: who.token, body });
  const get = async (who: Someone) =>
    (await server.ask<InterestsView>('GET', '/me/interests', { token: who.token })).body.interests;
  const words = (...all: unknown[]) => ({ interests: all.map((name) => ({ name })) });
  const numbered = (many: number) => words(...Array.from({ length: many }, (_, n) => `interest ${n}`));
  /** Of an organization by its slug; of the installation without. */
  const category = async (name: string, slug: string | null = null, parentId: string | null = null) => {
    const [row] = await rows<{ id: string }>(
      `insert into course_categories (name, slug, organization_id, parent_id)
       values ($1, $1, (select id from organizations where slug = $2), $3) returning id`,
      name,
      slug,
      parentId,
    );
    return (row as { id: string }).id;
  };

  it('are kept in small letters, once each, in their order, and stand on the profile', async () => {
    const [ana, ben] = [await person(), await person()];
    const { status, body } = await set(
      ana,
      words('Chess', ' ROBOTICS ', 'chess', 'Ancient   Greece', 'ÉCLAIRS'),
    );
    expect(status).toBe(200);
    expect(body.interests).toEqual(
      ['chess', 'robotics', 'ancient greece', 'éclairs'].map((name) => ({ name, categoryId: null })),
    );
    expect((await look(ben, ana)).body.interests).toEqual(body.interests.map(({ name }) => name));
    await set(ana, words('robotics', 'opera', 'chess'));
    expect((await get(ana)).map(({ name }) => name)).toEqual(['robotics', 'opera', 'chess']);
    expect(
      await rows(
        'select interest_name, priority from user_interests where user_id = $1 order by priority desc',
        ana.id,
      ),
    ).toEqual([
      { interest_name: 'robotics', priority: 3 },
      { interest_name: 'opera', priority: 2 },
      { interest_name: 'chess', priority: 1 },
    ]);
    await set(ana, { interests: [] });
    expect((await look(ben, ana)).body.interests).toEqual([]);
    // The same again is no change.
    await set(ana, { interests: [] });
    expect(
      await rows(
        `select 1 from audit_logs where resource_id = $1 and action = 'user.interests_changed'`,
        ana.id,
      ),
    ).toHaveLength(3);
  });

  it('that are too many, too long or no text change nothing', async () => {
    const ana = await person();
    await set(ana, words('chess'));
    for (const body of [
      numbered(21),
      words('x'.repeat(61)),
      words('  '),
      words('two\nlines'),
      words(7),
      { interests: [7] },
      { interests: 'chess' },
      { interests: ['chess'] },
      { interests: [{}] },
      { interests: [{ categoryId: 'chess' }] },
      { interests: [{ name: 'go', categoryId: admin.id }] },
      { ...words('go'), userId: admin.id },
      {},
    ])
      expect((await set(ana, body)).body.code, JSON.stringify(body)).toBe('invalid_input');
    expect(await rows('select interest_name from user_interests where user_id = $1', ana.id)).toEqual([
      { interest_name: 'chess' },
    ]);
    expect((await set(ana, numbered(20))).status).toBe(200);
  });

  it('that are categories stand among the words, in one order, and keep their rows', async () => {
    const [ana, ben] = [await person(), await person()];
    const [art, maths] = [await category('art'), await category('maths', 'default')];
    const wanted = [{ categoryId: maths }, { name: 'chess' }, { categoryId: art }, { categoryId: maths }];
    expect((await set(ana, { interests: wanted })).body.interests).toEqual([
      { name: 'maths', categoryId: maths },
      { name: 'chess', categoryId: null },
      { name: 'art', categoryId: art },
    ]);
    const stored = () =>
      rows<{ id: string; interest_name: string | null; category_id: string | null; priority: number }>(
        'select id, interest_name, category_id, priority from user_interests where user_id = $1 order by priority desc',
        ana.id,
      );
    const before = await stored();
    expect(before).toMatchObject([
      { interest_name: null, category_id: maths, priority: 3 },
      { interest_name: 'chess', category_id: null, priority: 2 },
      { interest_name: null, category_id: art, priority: 1 },
    ]);
    // A word may be called like a category.
    await set(ana, { interests: [{ categoryId: art }, { name: 'art' }, { categoryId: maths }] });
    expect(await get(ana)).toEqual([
      { name: 'art', categoryId: art },
      { name: 'art', categoryId: null },
      { name: 'maths', categoryId: maths },
    ]);
    const after = await stored();
    expect([after[0]?.id, after[2]?.id]).toEqual([before[2]?.id, before[0]?.id]);
    expect((await look(ben, ana)).body.interests).toEqual(['art', 'art', 'maths']);
  });

  it('that are categories are those offered where one belongs, and are seen by who is offered them too', async () => {
    const [ana, ben] = [await person(), await person()];
    const [own, abroad] = [await category('own', 'default'), await category('abroad', 'elsewhere')];
    const below = await category('below', 'default', own);
    await set(ana, { interests: [{ categoryId: below }, { name: 'chess' }] });
    const before = await get(ana);
    for (const id of [abroad, admin.id]) {
      const refused = await set(ana, { interests: [{ name: 'go' }, { categoryId: id }] });
      expect(refused.body.code).toBe('not_found');
    }
    expect(await get(ana)).toEqual(before);
    // What is above it takes it along.
    await rows('update course_categories set is_active = false where id = $1', own);
    for (const id of [own, below])
      expect((await set(ana, { interests: [{ categoryId: id }] })).body.code).toBe('not_found');
    expect((await get(ana)).map(({ name }) => name)).toEqual(['chess']);
    expect((await look(ben, ana)).body.interests).toEqual(['chess']);
    await rows('update course_categories set is_active = true where id = $1', own);
    expect((await look(ben, ana)).body.interests).toEqual(['below', 'chess']);
    const pupil = await person({ organization: 'letters' });
    await tell(ana, { visibility: 'public' });
    expect((await look(pupil, ana)).body.interests).toEqual(['chess']);
    await join(
      pupil,
      (await rows<{ id: string }>(`select id from organizations where slug = 'elsewhere'`))[0]?.id ?? '',
    );
    expect((await set(pupil, { interests: [{ categoryId: abroad }] })).status).toBe(200);
    await rows(
      `update organization_memberships set left_at = now() where user_id = $1 and not is_primary`,
      pupil.id,
    );
    expect(await get(pupil)).toEqual([]);
  });
});

it('science is below the default organization: what is shown to the whole tenant is shown there too', async () => {
  const [deputy, pupil] = [await person(), await person({ organization: 'science' })];
  await tell(pupil, { visibility: 'public' });
  expect((await look(deputy, pupil)).status).toBe(200);
  await rows(`update organizations set status = 'suspended' where id = $1`, science);
  expect((await look(deputy, pupil)).status).toBe(404);
  await rows(`update organizations set status = 'active' where id = $1`, science);
});
