import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { slugFor } from '../../server/courses/categories/category-tree.ts';
import { categoryLimits } from '../../shared/courses/categories.ts';
import type { CategoryTree, CategoryView, CourseCategory } from '../../shared/courses/categories.ts';
import type { CourseDetail } from '../../shared/courses/contract.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { startServer } from '../identity/server.ts';
import type { TestServer } from '../identity/server.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';

interface Person {
  id: string;
  token: string;
}

let server: TestServer;
let own: string;
let elsewhere: string;
let head: Person;
let headElsewhere: Person;
let keeper: Person;
let teacher: Person;
let ana: Person;

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

async function person(role = 'student', organization = 'default'): Promise<Person> {
  const email = `${randomUUID()}@categories.test`;
  const id = await createUser(server.databaseUrl, { email, displayName: `A ${role}`, role, organization });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, token: body.accessToken };
}

const list = (who: Person, organizationId = own) =>
  server.ask<{ items: CategoryView[] }>('GET', `/organizations/${organizationId}/categories`, {
    token: who.token,
  });
const names = async (who: Person, organizationId = own) =>
  (await list(who, organizationId)).body.items.map(({ name }) => name);
const one = (who: Person, slug: string, organizationId = own) =>
  server.ask<CategoryTree>('GET', `/organizations/${organizationId}/categories/${slug}`, {
    token: who.token,
  });
const add = (who: Person, body: object, organizationId: string | null = own) =>
  server.ask<CategoryView>(
    'POST',
    organizationId === null ? '/categories' : `/organizations/${organizationId}/categories`,
    { token: who.token, body },
  );
const made = async (who: Person, body: object, organizationId: string | null = own) => {
  const { status, body: view } = await add(who, body, organizationId);
  expect(status, JSON.stringify(view)).toBe(201);
  return view;
};
const change = (who: Person, id: string, body: object) =>
  server.ask<CategoryView>('PATCH', `/categories/${id}`, { token: who.token, body });
const move = (who: Person, id: string, place: number) =>
  server.ask<CategoryView>('PUT', `/categories/${id}/place`, { token: who.token, body: { place } });
const remove = (who: Person, id: string) => server.ask('DELETE', `/categories/${id}`, { token: who.token });

const course = async (set = '', title = 'First aid') => {
  const id = await createCourse(server.databaseUrl, teacher.id, title);
  if (set) await rows(`update courses set ${set} where id = $1`, id);
  return id;
};
const put = (who: Person, courseId: string, categoryIds: string[], primaryId?: string) =>
  server.ask<{ categories: CourseCategory[] }>('PUT', `/courses/${courseId}/categories`, {
    token: who.token,
    body: { categoryIds, ...(primaryId === undefined ? {} : { primaryId }) },
  });
const categoriesOf = async (who: Person, courseId: string) =>
  (await server.ask<CourseDetail>('GET', `/courses/${courseId}`, { token: who.token })).body.categories.map(
    ({ name, isPrimary }) => (isPrimary ? `${name} *` : name),
  );
const audited = async (id: string) =>
  (
    await rows<{ action: string }>(
      'select action from audit_logs where resource_id = $1 order by created_at, id',
      id,
    )
  ).map(({ action }) => action);

beforeAll(async () => {
  server = await startServer();
  const [home] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
  const [other] = await rows<{ id: string }>(
    `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
  );
  [own, elsewhere] = [home?.id ?? '', other?.id ?? ''];
  head = await person('admin');
  headElsewhere = await person('admin', 'elsewhere');
  keeper = await person('super_admin');
  teacher = await person('instructor');
  ana = await person();
});
afterAll(() => server.close());
beforeEach(async () => {
  await rows('delete from course_categories');
});

describe('the tree of an organization', () => {
  it('has what all have and what is its own, and nothing of another one', async () => {
    const science = await made(keeper, { name: 'Science' }, null);
    expect(science).toMatchObject({ organizationId: null, slug: 'science', parentId: null, isActive: true });
    const sub = await made(head, {
      name: 'Marine biology',
      parentId: science.id,
      color: '#0a7Ea4',
      icon: 'leaf',
    });
    expect(sub).toMatchObject({
      organizationId: own,
      slug: 'marine-biology',
      color: '#0a7Ea4',
      icon: 'leaf',
    });
    await made(headElsewhere, { name: 'Falconry' }, elsewhere);
    expect(await names(ana)).toEqual(['Science', 'Marine biology']);
    expect(await names(headElsewhere, elsewhere)).toEqual(['Science', 'Falconry']);
    expect((await one(ana, 'falconry')).body.code).toBe('not_found');
    for (const stranger of [headElsewhere, await person('student', 'elsewhere')])
      expect((await list(stranger)).body.code).toBe('not_found');
    expect(await audited(sub.id)).toEqual(['category.created']);
  });

  it('is read from the top, each with what is below it, in the order of the numbers, then of their making', async () => {
    const [third, first, second] = [
      await made(head, { name: 'C', sortOrder: 3 }),
      await made(head, { name: 'A', sortOrder: 1 }),
      await made(head, { name: 'B', sortOrder: 2 }),
    ];
    await made(head, { name: 'A again', sortOrder: 1 });
    await made(head, { name: 'Below B', parentId: second.id });
    await made(head, { name: 'Last' });
    expect(await names(ana)).toEqual(['A', 'A again', 'B', 'Below B', 'C', 'Last']);
    expect((await move(head, third.id, 1)).body.sortOrder).toBe(1);
    expect(await names(ana)).toEqual(['C', 'A', 'A again', 'B', 'Below B', 'Last']);
    await move(head, first.id, 200);
    expect(await names(ana)).toEqual(['C', 'A again', 'B', 'Below B', 'Last', 'A']);
    // To where it is already is no change.
    await move(head, first.id, 5);
    expect(await audited(first.id)).toEqual(['category.created', 'category.moved']);
    // Among its own: what all have stays where the installation put it.
    const everywhere = await made(keeper, { name: 'Everywhere', sortOrder: 9 }, null);
    await move(head, third.id, 1);
    expect((await names(ana)).slice(0, 2)).toEqual(['Everywhere', 'C']);
    expect((await move(head, everywhere.id, 1)).body.code).toBe('forbidden');
  });

  it('comes nested for one category, and counts the courses that members come across', async () => {
    const science = await made(keeper, { name: 'Science' }, null);
    const biology = await made(head, { name: 'Biology', parentId: science.id });
    const marine = await made(head, { name: 'Marine', parentId: biology.id });
    await made(head, { name: 'Physics', parentId: science.id });
    const ids = [
      await course(),
      await course(),
      await course(`status = 'draft'`),
      await course(`visibility = 'restricted'`),
      await course('deleted_at = now()'),
    ];
    for (const id of ids)
      await rows(
        'insert into course_category_links (course_id, category_id) values ($1, $2)',
        id,
        science.id,
      );
    await put(teacher, ids[0] ?? '', [science.id, marine.id]);
    const { body } = await one(ana, 'science');
    const shape = (tree: CategoryTree): unknown => [
      tree.name,
      tree.coursesCount,
      ...tree.children.map(shape),
    ];
    expect(shape(body)).toEqual(['Science', 2, ['Biology', 0, ['Marine', 1]], ['Physics', 0]]);
    expect((await one(headElsewhere, 'science', elsewhere)).body).toMatchObject({
      coursesCount: 0,
      children: [],
    });
    await rows(`update courses set status = 'published', published_at = now() where id = $1`, ids[2]);
    expect((await one(ana, 'science')).body.coursesCount).toBe(3);
    await rows(`update courses set status = 'archived' where id = any($1)`, ids);
    expect((await one(ana, 'science')).body.coursesCount).toBe(0);
  });

  it('shows what is inactive, and what is below it, to whoever may arrange it only', async () => {
    const art = await made(head, { name: 'Art' });
    await made(head, { name: 'Painting', parentId: art.id });
    await made(head, { name: 'Asleep', isActive: false });
    await change(head, art.id, { isActive: false });
    expect(await names(ana)).toEqual([]);
    expect((await one(ana, 'painting')).body.code).toBe('not_found');
    expect(await names(head)).toEqual(['Art', 'Painting', 'Asleep']);
    await change(head, art.id, { isActive: true });
    expect(await names(teacher)).toEqual(['Art', 'Painting']);
  });
});

describe('a category', () => {
  it('has a name and a slug of its own where it is, and others may have them elsewhere', async () => {
    const maths = await made(head, { name: 'Maths' });
    for (const name of ['Maths', 'MATHS', ' maths ']) {
      const { status, body } = await add(head, { name });
      expect([status, body.code, body.data]).toEqual([409, 'already_exists', { field: 'name' }]);
    }
    const taken = await add(head, { name: 'Numbers', slug: 'maths' });
    expect([taken.status, taken.body.data]).toEqual([409, { field: 'slug' }]);
    await made(headElsewhere, { name: 'Maths' }, elsewhere);
    await made(keeper, { name: 'Maths' }, null);
    // Of two with one slug it is the organization's that is meant.
    expect((await one(ana, 'maths')).body.id).toBe(maths.id);
    const [c, plus] = [await made(head, { name: 'C' }), await made(head, { name: 'C++' })];
    expect([c.slug, plus.slug]).toEqual(['c', 'c-2']);
    expect((await change(head, plus.id, { name: 'c' })).body.data).toEqual({ field: 'name' });
    expect((await change(head, plus.id, { slug: 'c' })).body.data).toEqual({ field: 'slug' });
    // A new name leaves addresses as they are.
    expect((await change(head, plus.id, { name: 'Systems' })).body.slug).toBe('c-2');
    // What was deleted takes no name.
    await remove(head, maths.id);
    expect((await made(head, { name: 'Maths' })).slug).toBe('maths');
  });

  it('is refused with what does not fit, and nothing is changed', async () => {
    const { id } = await made(head, { name: 'Art', color: '#aabbcc' });
    for (const wrong of [
      { name: '' },
      { name: '  ' },
      { name: 'x'.repeat(101) },
      { name: 'two\nlines' },
      { name: 'half \ud800' },
      { color: '#zzz' },
      { color: 'red' },
      { icon: 'https://pictures.example/art.png' },
      { slug: 'Not a slug' },
      { description: 'x'.repeat(501) },
      { sortOrder: -1 },
      { sortOrder: 1.5 },
      { parentId: 'top' },
      { organizationId: elsewhere },
    ]) {
      expect((await change(head, id, wrong)).body.code, JSON.stringify(wrong)).toBe('invalid_input');
      expect((await add(head, { name: 'New', ...wrong })).body.code).toBe('invalid_input');
    }
    for (const place of [0, 1.5, '1'])
      expect((await move(head, id, place as number)).body.code).toBe('invalid_input');
    expect((await list(head)).body.items).toMatchObject([{ name: 'Art', color: '#aabbcc' }]);
    expect(await audited(id)).toEqual(['category.created']);
    // The same again is no change either.
    await change(head, id, { name: 'Art' });
    expect(await audited(id)).toEqual(['category.created']);
    expect((await change(head, id, { description: 'Colours', icon: 'palette' })).body).toMatchObject({
      description: 'Colours',
      icon: 'palette',
    });
    expect((await change(head, id, { description: null, color: null })).body).toMatchObject({
      description: null,
      color: null,
    });
  });

  it('is never below itself, nor deeper than four levels, those of the installation counted', async () => {
    const a = await made(keeper, { name: 'A' }, null);
    const b = await made(keeper, { name: 'B', parentId: a.id }, null);
    const c = await made(head, { name: 'C', parentId: b.id });
    const d = await made(head, { name: 'D', parentId: c.id });
    for (const below of [a.id, b.id]) {
      const { status, body } = await change(keeper, a.id, { parentId: below });
      expect([status, body.code]).toEqual([409, 'cycle']);
    }
    expect((await change(head, c.id, { parentId: d.id })).body.code).toBe('cycle');
    expect((await add(head, { name: 'E', parentId: d.id })).body.code).toBe('tree_too_deep');
    // Also by what another organization has below it.
    const top = await made(keeper, { name: 'Top' }, null);
    expect((await change(keeper, a.id, { parentId: top.id })).body.code).toBe('tree_too_deep');
    const pair = await made(head, { name: 'Pair' });
    await made(head, { name: 'Of two', parentId: pair.id });
    expect((await change(head, pair.id, { parentId: c.id })).body.code).toBe('tree_too_deep');
    expect((await change(head, pair.id, { parentId: b.id })).body.parentId).toBe(b.id);
    expect(await names(ana)).toEqual(['A', 'B', 'C', 'D', 'Pair', 'Of two', 'Top']);
    expect((await change(head, d.id, { parentId: null })).body.parentId).toBeNull();
  });

  it('stands below its own organization’s and the installation’s only', async () => {
    const [foreign, mine] = [
      await made(headElsewhere, { name: 'Foreign' }, elsewhere),
      await made(head, { name: 'Mine' }),
    ];
    const everywhere = await made(keeper, { name: 'Everywhere' }, null);
    for (const parentId of [foreign.id, randomUUID()]) {
      expect((await add(head, { name: 'New', parentId })).body.code).toBe('not_found');
      expect((await change(head, mine.id, { parentId })).body.code).toBe('not_found');
    }
    expect((await add(keeper, { name: 'New', parentId: mine.id }, null)).body.code).toBe('not_found');
    expect((await change(keeper, everywhere.id, { parentId: mine.id })).body.code).toBe('not_found');
    expect(await names(head)).toEqual(['Everywhere', 'Mine']);
  });

  it('is arranged by who may: in their organization, and in the installation by who looks after that', async () => {
    const [mine, everywhere] = [
      await made(head, { name: 'Mine' }),
      await made(keeper, { name: 'All' }, null),
    ];
    for (const who of [ana, teacher]) {
      expect((await add(who, { name: 'New' })).body.code).toBe('forbidden');
      for (const answer of [change(who, mine.id, { name: 'X' }), move(who, mine.id, 1), remove(who, mine.id)])
        expect((await answer).body.code).toBe('forbidden');
    }
    for (const answer of [
      change(headElsewhere, mine.id, { name: 'X' }),
      move(headElsewhere, mine.id, 1),
      remove(headElsewhere, mine.id),
    ])
      expect((await answer).body.code).toBe('not_found');
    expect((await add(headElsewhere, { name: 'New' })).body.code).toBe('not_found');
    expect((await add(head, { name: 'New' }, null)).body.code).toBe('forbidden');
    for (const answer of [change(head, everywhere.id, { name: 'X' }), remove(head, everywhere.id)])
      expect((await answer).body.code).toBe('forbidden');
    for (const answer of [change(head, randomUUID(), { name: 'X' }), remove(head, randomUUID())])
      expect((await answer).body.code).toBe('not_found');
    expect(await names(head)).toEqual(['All', 'Mine']);
    expect((await change(keeper, mine.id, { name: 'Kept' })).body.name).toBe('Kept');
  });

  it('is one of two hundred at most, which are counted for each organization', async () => {
    await rows(
      `insert into course_categories (organization_id, name, slug) select $1, 'c' || n, 'c' || n from generate_series(1, $2::int) n`,
      own,
      categoryLimits.perScope,
    );
    expect((await add(head, { name: 'New' })).body.code).toBe('category_limit');
    expect((await add(headElsewhere, { name: 'New' }, elsewhere)).status).toBe(201);
  });

  it('stays one when two change the tree at once', async () => {
    const same = await Promise.all([add(head, { name: 'Twice' }), add(keeper, { name: 'Twice' })]);
    expect(new Set(same.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const [a, b] = [await made(head, { name: 'A' }), await made(head, { name: 'B' })];
    const crossed = await Promise.all([
      change(head, a.id, { parentId: b.id }),
      change(keeper, b.id, { parentId: a.id }),
    ]);
    expect(new Set(crossed.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(await names(ana)).toHaveLength(3);
    const gone = await Promise.all([remove(head, a.id), add(head, { name: 'Child', parentId: a.id })]);
    expect(gone[0].status).toBe(204);
    // Whoever came second: nothing hangs on what is not there.
    const dangling = await rows(
      `select 1 from course_categories k join course_categories p on p.id = k.parent_id where k.deleted_at is null and p.deleted_at is not null`,
    );
    expect(dangling).toEqual([]);
  });

  it('leaves what is below it one level higher, courses and people without it, and no course behind', async () => {
    const top = await made(keeper, { name: 'Top' }, null);
    const middle = await made(keeper, { name: 'Middle', parentId: top.id }, null);
    const leaf = await made(head, { name: 'Leaf', parentId: middle.id });
    const other = await made(head, { name: 'Other' });
    const id = await course();
    await put(teacher, id, [middle.id, leaf.id, other.id], middle.id);
    const interests = [{ categoryId: middle.id }, { name: 'chess' }];
    await server.ask('PUT', '/me/interests', { token: ana.token, body: { interests } });
    expect((await remove(keeper, middle.id)).status).toBe(204);
    expect((await remove(keeper, middle.id)).body.code).toBe('not_found');
    expect((await one(ana, 'top')).body.children.map(({ name }) => name)).toEqual(['Leaf']);
    // Another one takes the place of the first.
    const left = await categoriesOf(teacher, id);
    expect(left.map((name) => name.replace(' *', '')).toSorted()).toEqual(['Leaf', 'Other']);
    expect(left.filter((name) => name.endsWith(' *'))).toHaveLength(1);
    expect(
      await rows('select 1 from user_interests where user_id = $1 and category_id is not null', ana.id),
    ).toEqual([]);
    expect((await server.ask('GET', '/me/interests', { token: ana.token })).body).toEqual({
      interests: [{ name: 'chess', categoryId: null }],
    });
    expect(await audited(middle.id)).toEqual(['category.created', 'category.deleted']);
    expect((await change(keeper, middle.id, { name: 'Back' })).body.code).toBe('not_found');
  });
});

describe('a course', () => {
  it('is in up to five categories, and belongs to one of them most', async () => {
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C', 'D', 'E', 'F']) ids.push((await made(head, { name })).id);
    const [a = '', b = '', c = ''] = ids;
    const id = await course();
    const { body } = await put(teacher, id, [c, a, b, a], b);
    expect(body.categories.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([
      ['B', true],
      ['A', false],
      ['C', false],
    ]);
    for (const slug of ['a', 'b', 'c']) expect((await one(ana, slug)).body.coursesCount).toBe(1);
    await put(teacher, id, [a, b, c], a);
    expect(await categoriesOf(teacher, id)).toEqual(['A *', 'B', 'C']);
    await put(teacher, id, [c, b]);
    expect(await categoriesOf(teacher, id)).toEqual(['C *', 'B']);
    await put(head, id, [b, c], c);
    expect(await audited(id)).toEqual(Array.from({ length: 3 }, () => 'course.categories_changed'));
    for (const [wrong, first] of [
      [ids, undefined],
      [[a], b],
      [['A'], undefined],
    ] as const)
      expect((await put(teacher, id, [...wrong], first)).body.code).toBe('invalid_input');
    expect(await categoriesOf(teacher, id)).toEqual(['C *', 'B']);
    await put(teacher, id, []);
    expect(await categoriesOf(teacher, id)).toEqual([]);
    const [first] = await rows<{ n: number }>(
      'select count(*)::int as n from course_category_links where course_id = $1',
      id,
    );
    expect(first?.n).toBe(0);
  });

  it('is in categories that are offered where it is, put there by who may change it', async () => {
    const [mine, everywhere, foreign, asleep] = [
      await made(head, { name: 'Mine' }),
      await made(keeper, { name: 'Everywhere' }, null),
      await made(headElsewhere, { name: 'Foreign' }, elsewhere),
      await made(head, { name: 'Asleep', isActive: false }),
    ];
    const below = await made(head, { name: 'Below', parentId: asleep.id });
    const id = await course();
    await put(teacher, id, [mine.id, everywhere.id]);
    for (const refused of [foreign.id, asleep.id, below.id, randomUUID()])
      expect((await put(teacher, id, [mine.id, refused])).body.code).toBe('not_found');
    expect(await categoriesOf(teacher, id)).toEqual(['Mine *', 'Everywhere']);
    await enroll(server.databaseUrl, ana.id, id);
    expect((await put(ana, id, [])).body.code).toBe('forbidden');
    expect((await put(headElsewhere, id, [])).body.code).toBe('not_found');
    const seen = async (who: Person) =>
      (await server.ask<CourseDetail>('GET', `/courses/${id}`, { token: who.token })).body.canUpdate;
    expect([await seen(ana), await seen(teacher), await seen(head)]).toEqual([false, true, true]);
    // What is offered no more is shown no more, and is back with its category.
    await change(head, mine.id, { isActive: false });
    expect(await categoriesOf(ana, id)).toEqual(['Everywhere']);
    await change(head, mine.id, { isActive: true });
    expect(await categoriesOf(ana, id)).toEqual(['Mine *', 'Everywhere']);
  });

  it('is not put into what is deleted at the same moment, and neither is anybody interested in it', async () => {
    const [gone, kept] = [await made(head, { name: 'Gone' }), await made(head, { name: 'Kept' })];
    const id = await course();
    const deleter = new pg.Client({ connectionString: server.databaseUrl });
    await deleter.connect();
    try {
      // As the server does it, up to the moment before the commit.
      await deleter.query('begin');
      await deleter.query(`select pg_advisory_xact_lock(hashtext('course_categories.tree'))`);
      await deleter.query('update course_categories set deleted_at = now() where id = $1', [gone.id]);
      const interests = [{ categoryId: gone.id }];
      const asked = [
        put(teacher, id, [gone.id, kept.id]),
        server.ask('PUT', '/me/interests', { token: ana.token, body: { interests } }),
      ];
      await expect
        .poll(() =>
          rows(
            `select 1 from pg_locks where locktype = 'advisory' and not granted
               and database = (select oid from pg_database where datname = current_database())`,
          ),
        )
        .toHaveLength(asked.length);
      await deleter.query('commit');
      for (const answer of asked) expect((await answer).body.code).toBe('not_found');
    } finally {
      await deleter.end();
    }
    expect(await categoriesOf(teacher, id)).toEqual([]);
  });
});

describe('a slug', () => {
  it('is made from whatever a name has that goes into an address', () => {
    const taken = new Set(['category', 'a', 'a-2']);
    expect(
      ['Ärzte & Pflege', '  -- Crème brûlée! ', 'Μουσική', 'A', 'x'.repeat(100), '#'].map((name) =>
        slugFor(name, taken),
      ),
    ).toEqual(['arzte-pflege', 'creme-brulee', 'category-2', 'a-3', 'x'.repeat(80), 'category-2']);
  });
});
