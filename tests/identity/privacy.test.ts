import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { avatarBytes } from '../../shared/identity/privacy.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { looksLikePicture } from '../../server/identity/privacy/avatar.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

let count = 0;
async function person(
  role = 'student',
): Promise<{ userId: string; email: string; token: string; view: SignedInView }> {
  count += 1;
  const email = `person${count}@test.lectern`;
  const userId = await createUser(server.databaseUrl, { email, displayName: `Person ${count}`, role });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { userId, email, token: body.accessToken, view: body };
}

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

async function upload(
  token: string,
  bytes: Uint8Array,
  type: string,
): Promise<{ status: number; body: { avatarUrl?: string; code?: string } }> {
  const response = await fetch(`${server.url}/api/v1/me/avatar`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: new Blob([new Uint8Array(bytes)]),
  });
  return { status: response.status, body: (await response.json()) as { avatarUrl?: string; code?: string } };
}

describe('what is no picture', () => {
  it('is known by its first bytes, before anything looks into it', async () => {
    for (const made of [picture(4, 4).png(), picture(4, 4).jpeg(), picture(4, 4).webp(), picture(4, 4).gif()])
      expect(looksLikePicture(await made.toBuffer())).toBe(true);
    const others = [
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '%PDF-1.7',
      '\0\0\0\u0018ftypheic',
      'RIFFxxxxWAVE',
      '',
      'G',
    ];
    for (const text of others) expect(looksLikePicture(Buffer.from(text, 'latin1'))).toBe(false);
    expect(looksLikePicture(await picture(4, 4).tiff().toBuffer())).toBe(false);
  });
});

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#1b6550' } });

describe('a picture', () => {
  it('is cut to a square, loses its metadata, and is served at its address only', async () => {
    const { token, userId } = await person();
    const photo = await picture(640, 480)
      .withExif({ IFD0: { Artist: 'somebody secret' } })
      .jpeg()
      .toBuffer();
    const { status, body } = await upload(token, photo, 'image/jpeg');
    expect(status).toBe(200);
    const answer = await fetch(server.url + body.avatarUrl);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const served = Buffer.from(await answer.arrayBuffer());
    expect(await sharp(served).metadata()).toMatchObject({ width: 256, height: 256, format: 'webp' });
    expect(served.includes('somebody secret')).toBe(false);
    expect((await server.ask('GET', '/me', { token })).body).toMatchObject({ avatarUrl: body.avatarUrl });

    const [file] = await rows<{ id: string }>('select id from files where user_id = $1', userId);
    const guessed = await fetch(`${server.url}/api/v1/files/${file?.id}?key=guessed`);
    expect(guessed.status).toBe(404);
  });

  it('is gone when another one takes its place', async () => {
    const { token } = await person();
    const first = await upload(token, await picture(10, 10).png().toBuffer(), 'image/png');
    const second = await upload(token, await picture(20, 20).png().toBuffer(), 'image/png');
    expect((await fetch(server.url + first.body.avatarUrl)).status).toBe(404);
    expect((await fetch(server.url + second.body.avatarUrl)).status).toBe(200);
    expect((await server.ask('DELETE', '/me/avatar', { token })).status).toBe(204);
    expect((await fetch(server.url + second.body.avatarUrl)).status).toBe(404);
    expect((await server.ask('GET', '/me', { token })).body).toMatchObject({ avatarUrl: null });
  });

  it('that lies, is no picture, or is too large changes nothing', async () => {
    const { token, userId } = await person();
    const png = await picture(10, 10).png().toBuffer();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const refused = [
      await upload(token, svg, 'image/png'),
      await upload(token, Buffer.from('<html><script>alert(1)</script>'), 'image/gif'),
      await upload(token, png.subarray(0, png.length - 20), 'image/png'),
      await upload(token, bomb, 'image/png'),
      await upload(token, png, 'image/svg+xml'),
      await upload(token, Buffer.alloc(avatarBytes + 1), 'image/png'),
      await upload(token, Buffer.alloc(0), 'image/png'),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([
      [422, 'image_invalid'],
      [422, 'image_invalid'],
      [422, 'image_invalid'],
      [422, 'image_invalid'],
      [415, 'unsupported_media_type'],
      [413, 'payload_too_large'],
      [400, 'invalid_input'],
    ]);
    expect(await rows('select 1 from files where user_id = $1', userId)).toEqual([]);
  });
});

describe('a copy of all data', () => {
  it('holds what is mine, and no secret and nobody else', async () => {
    const { token, email } = await person();
    const other = await person();
    const { status, body } = await server.ask<{ sections: Record<string, Record<string, unknown>[]> }>(
      'GET',
      '/me/export',
      { token },
    );
    expect(status).toBe(200);
    expect(body.sections['account']).toEqual([expect.objectContaining({ email })]);
    expect(body.sections['sign_ins']?.length).toBe(1);
    expect(body.sections['organizations']).toEqual([
      expect.objectContaining({ organization: 'Lectern', role: 'member' }),
    ]);
    const text = JSON.stringify(body);
    expect(text).not.toContain('$argon2id$');
    expect(text).not.toContain(other.email);
  });

  it('holds interests, whom I follow without their names, and that others follow me', async () => {
    const { token, userId } = await person();
    const other = await person();
    const follow = (who: string, whom: string) => server.ask('PUT', `/users/${whom}/follow`, { token: who });
    await follow(token, other.userId);
    await follow(other.token, userId);
    const [category] = await rows<{ id: string }>(
      `insert into course_categories (name, slug) values ('Games', 'games') returning id`,
    );
    const interests = [{ name: 'Chess' }, { categoryId: category?.id }];
    await server.ask('PUT', '/me/interests', { token, body: { interests } });
    const { body } = await server.ask<{ sections: Record<string, Record<string, unknown>[]> }>(
      'GET',
      '/me/export',
      { token },
    );
    expect(body.sections['interests']).toMatchObject([
      { interest_name: 'chess', category: null },
      { interest_name: null, category: 'Games' },
    ]);
    expect(body.sections['following']).toMatchObject([{ followee_id: other.userId }]);
    expect(body.sections['followers']).toEqual([{ id: expect.any(String), created_at: expect.any(String) }]);
  });
});

describe('putting an account to rest', () => {
  it('needs the password, ends every sign-in, and lets nobody in', async () => {
    const { token, email } = await person();
    const wrong = await server.ask('POST', '/me/deactivate', { token, body: { confirm: 'not it' } });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect((await server.ask('GET', '/me', { token })).status).toBe(200);
    expect((await server.ask('POST', '/me/deactivate', { token, body: { confirm: password } })).status).toBe(
      204,
    );
    expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    const again = await server.ask('POST', '/auth/sign-in', { body: { email, password } });
    expect(again).toMatchObject({ status: 403, body: { code: 'account_inactive' } });
  });

  it('needs a fresh proof of who it is, and so does erasing', async () => {
    const { token } = await person();
    server.clock.advance(10 * 60_000);
    for (const path of ['/me/deactivate', '/me/erase'])
      expect(await server.ask('POST', path, { token, body: { confirm: password } })).toMatchObject({
        status: 403,
        body: { code: 'step_up_required', data: { methods: ['password'] } },
      });
    expect((await server.ask('GET', '/me', { token })).status).toBe(200);
  });

  it('is no way to guess on: wrong passwords lock the account', async () => {
    const { token, email, userId } = await person();
    for (let n = 0; n < 5; n += 1)
      await server.ask('POST', n % 2 ? '/me/deactivate' : '/me/erase', { token, body: { confirm: 'no' } });
    expect(await server.ask('POST', '/me/erase', { token, body: { confirm: password } })).toMatchObject({
      status: 423,
      body: { code: 'account_locked' },
    });
    const again = await server.ask('POST', '/auth/sign-in', { body: { email, password } });
    expect(again.status).toBe(423);
    const entries = await rows<{ action: string }>(
      `select action from audit_logs where resource_id = $1 and action in ('step_up.failed', 'user.locked') order by seq`,
      userId,
    );
    expect(entries.map(({ action }) => action)).toEqual([
      ...Array<string>(4).fill('step_up.failed'),
      'user.locked',
    ]);
  });

  it('is told to the owner, and so is erasing', async () => {
    const box = mailboxOf(server.url);
    for (const [path, subject] of [
      ['/me/deactivate', 'Your account was put to rest'],
      ['/me/erase', 'Your account was erased'],
    ] as const) {
      const { token, email } = await person();
      expect((await server.ask('POST', path, { token, body: { confirm: password } })).status).toBe(204);
      expect((await box.to(email))[0]?.subject).toBe(subject);
    }
    const tagged = await rows<{ action: string }>(
      `select distinct action from audit_logs where 'gdpr' = any (tags)`,
    );
    expect(tagged).toEqual([{ action: 'user.erased' }]);
  });

  it('leaves one of two owners who go at the same time, and counts no owner who cannot sign in', async () => {
    const [one, two, gone] = [await person('admin'), await person('admin'), await person('admin')];
    const owners = `{${one.userId},${two.userId},${gone.userId}}`;
    await rows(`update organization_memberships set role = 'owner' where user_id = any($1::uuid[])`, owners);
    await rows(`update users set status = 'suspended' where id = $1`, gone.userId);
    const replies = await Promise.all(
      [one, two].map(({ token }) =>
        server.ask('POST', '/me/deactivate', { token, body: { confirm: password } }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
    await rows(`update organization_memberships set role = 'member' where user_id = any($1::uuid[])`, owners);
  });

  it('is refused to the last owner of an organization', async () => {
    const { token, userId } = await person('admin');
    await rows(`update organization_memberships set role = 'owner' where user_id = $1`, userId);
    const alone = await server.ask('POST', '/me/erase', { token, body: { confirm: password } });
    expect(alone).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await rows(`update organization_memberships set role = 'member' where user_id = $1`, userId);
    expect((await server.ask('POST', '/me/deactivate', { token, body: { confirm: password } })).status).toBe(
      204,
    );
  });
});

describe('erasure', () => {
  it('takes every trace of the person and leaves what others need', async () => {
    const { token, userId, email } = await person();
    await upload(token, await picture(10, 10).png().toBuffer(), 'image/png');
    const { body: me } = await server.ask<{ avatarUrl: string }>('GET', '/me', { token });
    const [session] = await rows<{ id: string }>(
      `insert into live_sessions (organization_id, host_id, title, scheduled_at, status, created_by)
       select o.id, $1, 'Class', now(), 'scheduled', $1 from organizations o where slug = 'default' returning id`,
      userId,
    );
    await rows(
      `insert into live_chat_messages (session_id, sender_id, content) values ($1, $2, 'the homework is on page 12')`,
      session?.id,
      userId,
    );
    expect((await server.ask('POST', '/me/erase', { token, body: { confirm: password } })).status).toBe(204);

    expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    expect((await server.ask('POST', '/auth/sign-in', { body: { email, password } })).status).toBe(401);
    expect((await fetch(server.url + me.avatarUrl)).status).toBe(404);
    const [left] = await rows<{ display_name: string; email: null; password_hash: null }>(
      'select * from users where id = $1',
      userId,
    );
    expect(left).toMatchObject({
      display_name: 'Deleted user',
      email: null,
      phone: null,
      password_hash: null,
    });
    expect(await rows('select content from live_chat_messages where sender_id = $1', userId)).toEqual([
      { content: 'the homework is on page 12' },
    ]);
    expect(
      await rows(
        'select 1 from auth_sessions where user_id = $1 and (ip_address is not null or user_agent is not null)',
        userId,
      ),
    ).toEqual([]);
    // Whoever had the address may register it anew.
    await createUser(server.databaseUrl, { email, displayName: 'Somebody new' });
  });

  it('takes follows and interests along, and those who are left count right', async () => {
    const [gone, fan, idol] = [await person(), await person(), await person()];
    const follow = (who: string, whom: string) => server.ask('PUT', `/users/${whom}/follow`, { token: who });
    await follow(fan.token, gone.userId);
    await follow(fan.token, idol.userId);
    await follow(gone.token, idol.userId);
    await server.ask('PUT', '/me/interests', { token: gone.token, body: { interests: [{ name: 'chess' }] } });
    const erased = await server.ask('POST', '/me/erase', {
      token: gone.token,
      body: { confirm: password },
    });
    expect(erased.status).toBe(204);
    const counts = (id: string) =>
      rows('select followers_count, following_count from users where id = $1', id);
    expect(await counts(gone.userId)).toEqual([{ followers_count: 0, following_count: 0 }]);
    expect(await counts(fan.userId)).toEqual([{ followers_count: 0, following_count: 1 }]);
    expect(await counts(idol.userId)).toEqual([{ followers_count: 1, following_count: 0 }]);
    expect(await rows('select 1 from user_interests where user_id = $1', gone.userId)).toEqual([]);
    expect(
      await rows('select 1 from user_follows where follower_id = $1 or followee_id = $1', gone.userId),
    ).toEqual([]);
  });

  it('by the school comes after the deletion, and not from another school', async () => {
    const admin = await person('admin');
    const student = await person();
    const { organizationId } = (
      await server.ask<{ organizationId: string }>('GET', '/me', { token: admin.token })
    ).body;
    const erase = (token: string, organization = organizationId) =>
      server.ask('DELETE', `/organizations/${organization}/people/${student.userId}/data`, { token });
    expect(await erase(student.token)).toMatchObject({ status: 403 });
    expect(await erase(admin.token)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await rows('update users set deleted_at = now() where id = $1', student.userId);
    const [foreign] = await rows<{ id: string }>(
      `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
    );
    expect(await erase(admin.token, foreign?.id)).toMatchObject({ status: 404 });
    expect((await erase(admin.token)).status).toBe(204);
    expect((await erase(admin.token)).status).toBe(404);
  });

  it('by the school stops at roles above the caller’s that were given besides the primary one', async () => {
    const [admin, high] = [await person('admin'), await person()];
    const { organizationId } = (
      await server.ask<{ organizationId: string }>('GET', '/me', { token: admin.token })
    ).body;
    await rows(
      `with made as (insert into roles (name, slug, level, organization_id, is_system) select 'Head', 'head', 99, $2::uuid, false returning id)
       insert into user_roles (user_id, role_id, organization_id, assigned_at) select $1, id, $2::uuid, now() from made`,
      high.userId,
      organizationId,
    );
    await rows('update users set deleted_at = now() where id = $1', high.userId);
    const erase = () =>
      server.ask('DELETE', `/organizations/${organizationId}/people/${high.userId}/data`, {
        token: admin.token,
      });
    expect(await erase()).toMatchObject({ status: 403, body: { code: 'role_level' } });
    await rows(
      'update user_roles set revoked_at = now() where user_id = $1 and organization_id is not null',
      high.userId,
    );
    expect((await erase()).status).toBe(204);
  });

  it('comes by itself ninety days after a deletion', async () => {
    const { userId } = await person();
    await rows('update users set deleted_at = $2 where id = $1', userId, server.clock.now());
    server.clock.advance(89 * 86_400_000);
    await server.identity.sweep();
    expect(await rows('select 1 from users where id = $1 and anonymized_at is null', userId)).toHaveLength(1);
    server.clock.advance(2 * 86_400_000);
    await server.identity.sweep();
    expect(await rows('select 1 from users where id = $1 and anonymized_at is null', userId)).toHaveLength(0);
  });
});
