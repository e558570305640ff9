import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enroll as enrollByHand } from '../support/factories.ts';
import { startOffering } from './offering.ts';
import type { Offering, Person } from './offering.ts';

let school: Offering;

beforeAll(async () => {
  school = await startOffering();
});
afterAll(() => school.server.close());

/** Somebody with interests: words or ids of categories, the most important first. */
async function keenOn(...interests: (string | { category: string })[]): Promise<Person> {
  const one = await school.person();
  for (const [index, interest] of interests.entries()) {
    const isWord = typeof interest === 'string';
    await school.rows(
      'insert into user_interests (user_id, interest_name, category_id, priority) values ($1, $2, $3, $4)',
      one.id,
      isWord ? interest : null,
      isWord ? null : interest.category,
      100 - index,
    );
  }
  return one;
}
const found = async (who: Person) =>
  (await school.recommend(who)).map(({ title, because }) => [title, because]);

describe('recommendations', () => {
  it('are of the most important interest first, then of several, then what many are in', async () => {
    const [one, two, three, four] = [
      await school.course('', 'Volcanoes'),
      await school.course('', 'Volcanoes and glaciers'),
      await school.course(`enrollment_count = 5`, 'Glaciers'),
      await school.course('', 'Glaciers for beginners'),
    ];
    await school.course('', 'Knitting');
    const ana = await keenOn('glaciers', 'volcanoes');
    const ids = async (who: Person) => (await school.recommend(who)).map(({ id }) => id);
    expect(await ids(ana)).toEqual([two, three, four, one]);
    expect(await found(ana)).toEqual([
      ['Volcanoes and glaciers', 'glaciers'],
      ['Glaciers', 'glaciers'],
      ['Glaciers for beginners', 'glaciers'],
      ['Volcanoes', 'volcanoes'],
    ]);
    // The other way round, the same courses come in another order.
    expect(await found(await keenOn('volcanoes', 'glaciers'))).toEqual([
      ['Volcanoes and glaciers', 'volcanoes'],
      ['Volcanoes', 'volcanoes'],
      ['Glaciers', 'glaciers'],
      ['Glaciers for beginners', 'glaciers'],
    ]);
    expect((await school.recommend(ana, '?limit=2')).map(({ id }) => id)).toEqual([two, three]);
  });

  it('are found by title, subtitle, objectives, description and the names of categories, in any form', async () => {
    await school.course('', 'The origami');
    await school.course(`subtitle = 'Folding with origami'`, 'Paper');
    await school.course(`objectives = 'You fold an origami crane'`, 'Cranes');
    await school.course(`description = 'Patience and origamis'`, 'Patience');
    const named = await school.course('', 'Named');
    await school.link(named, await school.category('Origami and kirigami'));
    await school.course('', 'Something else');
    const titles = (await school.recommend(await keenOn('origami'))).map(({ title }) => title);
    expect(titles.toSorted()).toEqual(['Cranes', 'Named', 'Paper', 'Patience', 'The origami']);
    // A word that says nothing finds nothing.
    expect(await found(await keenOn('the'))).toEqual([]);
    expect(await found(await keenOn())).toEqual([]);
  });

  it('know the categories that count here, and those below them', async () => {
    const sea = await school.category('The sea', { organization: null });
    const fish = await school.category('Fish', { parent: sea });
    const sharks = await school.category('Sharks', { parent: fish });
    const off = await school.category('Off', { change: 'is_active = false' });
    const deleted = await school.category('Deleted', { change: 'deleted_at = now()' });
    const foreign = await school.category('Foreign', { organization: school.elsewhere });
    const below = await school.category('Below foreign', { parent: foreign });
    const hammerhead = await school.course('', 'Hammerheads');
    await school.link(hammerhead, sharks);
    for (const category of [off, deleted, foreign])
      await school.link(await school.course('', `In ${category}`), category);
    const aside = await school.course('', 'Aside');
    await school.link(aside, below);
    expect(await found(await keenOn({ category: sea }))).toEqual([['Hammerheads', 'The sea']]);
    expect(await found(await keenOn({ category: sharks }, { category: sea }))).toEqual([
      ['Hammerheads', 'Sharks'],
    ]);
    for (const category of [off, deleted, foreign])
      expect(await found(await keenOn({ category }))).toEqual([]);
    expect(await found(await keenOn({ category: below }))).toEqual([['Aside', 'Below foreign']]);
  });

  it('leave out what one is in, asks for, was declined from or teaches, and what is full', async () => {
    const ana = await keenOn('juggling');
    const course = (change = '', title = 'Juggling') => school.course(change, title);
    const free = await course();
    await enrollByHand(school.server.databaseUrl, ana.id, await course());
    for (const status of ['pending_approval', 'rejected', 'suspended', 'failed']) {
      const id = await course();
      await enrollByHand(school.server.databaseUrl, ana.id, id);
      await school.rows('update enrollments set status = $2 where course_id = $1', id, status);
    }
    const left = await course('', 'Juggling, once left');
    await school.enroll(ana, left);
    await school.withdraw(ana, left);
    await course('max_enrollments = 2, enrollment_count = 2');
    const own = await course();
    await school.rows('update courses set instructor_id = $2 where id = $1', own, ana.id);
    const assisted = await course();
    await school.rows(
      `insert into user_roles (user_id, role_id, context_type, context_id)
       select $1, id, 'course', $2 from roles where slug = 'course_assistant'`,
      ana.id,
      assisted,
    );
    const ids = (await school.recommend(ana)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([free, left].toSorted());
    expect((await school.enroll(ana, free)).body.mine).toBe('enrolled');
    expect((await school.recommend(ana)).map(({ id }) => id)).toEqual([left]);
  });

  it('are of what is offered, to members alone', async () => {
    for (const change of [
      `status = 'draft'`,
      `status = 'archived'`,
      `visibility = 'private'`,
      `pricing_type = 'paid', price_minor = 100`,
      `deleted_at = now()`,
    ])
      await school.course(change, 'Fencing');
    const restricted = await school.course(`visibility = 'restricted'`, 'Fencing');
    const foreign = await school.course('', 'Fencing');
    await school.rows('update courses set organization_id = $2 where id = $1', foreign, school.elsewhere);
    const ana = await keenOn('fencing');
    expect(await school.recommend(ana)).toMatchObject([
      { id: restricted, entry: 'approval', mine: null, because: 'fencing' },
    ]);
    await school.rows(
      `insert into user_permissions (user_id, permission_id, organization_id, granted)
       select $1, id, $2, false from permissions where slug = 'course.enroll'`,
      ana.id,
      school.own,
    );
    expect(await school.recommend(ana)).toEqual([]);
    const outsider = await school.person('student', 'elsewhere');
    await school.rows(
      `insert into user_interests (user_id, interest_name, priority) values ($1, 'fencing', 1)`,
      outsider.id,
    );
    expect((await school.recommend(outsider)).map(({ id }) => id)).toEqual([foreign]);
    const reply = await school.ask(ana, 'GET', '/recommendations?limit=51');
    expect(reply.body).toMatchObject({ code: 'invalid_input' });
  });
});
