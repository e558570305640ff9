import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileView } from '../../shared/identity/accounts.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { FieldDefinitionView, FieldListView } from '../../shared/identity/custom-field-routes.ts';
import type { PersonField } from '../../shared/identity/custom-fields.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { Reply, TestServer } from './server.ts';

/** What these tests look at of a person or a profile. */
interface WithFields {
  customFields: PersonField[];
}

let server: TestServer;
let schoolId: string;
let elsewhereId: string;
const tokens = new Map<string, string>();

/** A token; one sign-in for each person. */
async function tokenOf(name: string): Promise<string> {
  const known = tokens.get(name);
  if (known) return known;
  const body = { email: `${name}@fields.test`, password };
  const reply = await server.ask<SignedInView>('POST', '/auth/sign-in', { body });
  expect(reply.status).toBe(200);
  tokens.set(name, reply.body.accessToken);
  return reply.body.accessToken;
}

async function as<T>(name: string, method: string, path: string, body?: unknown): Promise<Reply<T>> {
  return server.ask<T>(method, path, { token: await tokenOf(name), body });
}

const person = (name: string, role = 'student', organization = 'default'): Promise<string> =>
  createUser(server.databaseUrl, { email: `${name}@fields.test`, displayName: name, role, organization });

const fieldsPath = (path = '', organizationId = schoolId): string =>
  `/organizations/${organizationId}/custom-fields${path}`;

async function add(definition: Record<string, unknown>, by = 'head'): Promise<FieldDefinitionView> {
  const path = fieldsPath('', by === 'head' ? schoolId : elsewhereId);
  const reply = await as<FieldDefinitionView>(by, 'POST', path, definition);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body;
}

const list = async (by = 'head'): Promise<FieldListView> =>
  (await as<FieldListView>(by, 'GET', fieldsPath('', by === 'head' ? schoolId : elsewhereId))).body;

const removeAll = async (): Promise<void> => {
  await sql(
    server.databaseUrl,
    'update custom_field_definitions set deleted_at = now() where deleted_at is null',
  );
};

const save = (name: string, customFields: Record<string, unknown>): Promise<Reply<ProfileView>> =>
  as<ProfileView>(name, 'PATCH', '/me/profile', { customFields });

const profileFields = async (name: string): Promise<PersonField[]> =>
  (await as<ProfileView>(name, 'GET', '/me/profile')).body.customFields;

const valuesOf = (fields: readonly PersonField[]): Record<string, unknown> =>
  Object.fromEntries(fields.map(({ key, value }) => [key, value]));

const wrong = (reply: Reply<unknown>): unknown =>
  reply.body.errors?.map(({ path, code }) => `${path} ${code}`) ?? reply.body.code;

const size = {
  key: 'shirt',
  label: 'T-shirt size',
  dataType: 'select',
  options: [
    { value: 's', label: 'Small' },
    { value: 'm', label: 'Medium' },
  ],
};

beforeAll(async () => {
  server = await startServer();
  const [elsewhere] = await sql<{ id: string }>(
    server.databaseUrl,
    `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
  );
  elsewhereId = (elsewhere as { id: string }).id;
  const [school] = await sql<{ id: string }>(
    server.databaseUrl,
    `select id from organizations where slug = 'default'`,
  );
  schoolId = (school as { id: string }).id;
  await person('head', 'admin');
  await person('teacher', 'instructor');
  await person('strange-head', 'admin', 'elsewhere');
});
afterAll(() => server.close());

describe('definitions', () => {
  it('are added, changed and put in order, each with an entry in the audit trail', async () => {
    await removeAll();
    const first = await add({ key: 'bus_line', label: 'Bus line', dataType: 'string' });
    const second = await add({ ...size, isRequired: true, editableBy: 'administration' });
    expect((await list()).items.map(({ key }) => key)).toEqual(['bus_line', 'shirt']);
    expect(second).toMatchObject({ isRequired: true, editableBy: 'administration', inUse: 0, rules: {} });

    const changed = await as<FieldDefinitionView>('head', 'PATCH', fieldsPath(`/${first.id}`), {
      label: 'Bus',
      rules: { maxLength: 5, pattern: 'code' },
    });
    expect(changed.body).toMatchObject({ label: 'Bus', key: 'bus_line', editableBy: 'person' });
    expect(changed.body.rules).toEqual({ maxLength: 5, pattern: 'code' });

    const ids = [second.id, first.id];
    const sorted = await as<FieldListView>('head', 'PUT', fieldsPath('/order'), { ids });
    expect(sorted.body.items.map(({ id }) => id)).toEqual(ids);
    const twice = await as('head', 'PUT', fieldsPath('/order'), { ids: [first.id, first.id] });
    expect(twice.body.code).toBe('conflict');
    expect((await as('head', 'PUT', fieldsPath('/order'), { ids: [first.id] })).body.code).toBe('conflict');

    const audited = await sql<{ action: string }>(
      server.databaseUrl,
      `select action from audit_logs where resource_type = 'custom_field' and organization_id = $1 order by seq`,
      [schoolId],
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'custom_field.created',
      'custom_field.created',
      'custom_field.updated',
      'custom_field.reordered',
    ]);
  });

  it('say what is wrong with them by field, and change nothing then', async () => {
    await removeAll();
    const refused = async (definition: Record<string, unknown>) =>
      wrong(
        await as('head', 'POST', fieldsPath(), { key: 'a', label: 'A', dataType: 'string', ...definition }),
      );
    expect(await refused({ dataType: 'select' })).toEqual(['options no_options']);
    expect(await refused({ rules: { min: 1 } })).toEqual(['rules.min rule_not_for_type']);
    expect(await refused({ key: 'A-b' })).toEqual(['key invalid_format']);
    expect(await refused({ rules: { pattern: '(a+)+$' } })).toEqual(['rules.pattern invalid_value']);
    expect(await refused({ organizationId: elsewhereId })).toEqual(['organizationId unrecognized_keys']);
    expect((await list()).items).toEqual([]);

    const made = await add(size);
    const taken = await as('head', 'POST', fieldsPath(), size);
    expect([taken.status, taken.body.data]).toEqual([409, { field: 'key' }]);
    const changed = await as('head', 'PATCH', fieldsPath(`/${made.id}`), { options: [] });
    expect(wrong(changed)).toEqual(['options no_options']);
    expect((await list()).items[0]?.options).toHaveLength(2);
  });

  it('keep key and type as soon as somebody has a value', async () => {
    await removeAll();
    const { id } = await add({ key: 'bus', label: 'Bus', dataType: 'string' });
    const change = async (body: object) => (await as('head', 'PATCH', fieldsPath(`/${id}`), body)).status;
    expect(await change({ key: 'bus_line', dataType: 'integer' })).toBe(200);
    await person('rider');
    expect((await save('rider', { bus_line: 7 })).status).toBe(200);
    expect(await change({ dataType: 'string' })).toBe(409);
    expect(await change({ key: 'bus' })).toBe(409);
    expect(await change({ label: 'Line', rules: { max: 99 } })).toBe(200);
    expect((await list()).items).toMatchObject([{ label: 'Line', inUse: 1 }]);
  });

  it('are fifty at most, also when two come at the same time', async () => {
    await removeAll();
    await sql(
      server.databaseUrl,
      `insert into custom_field_definitions (organization_id, entity_type, field_key, label, created_by, sort_order)
       select $1, 'user_profile', 'f' || n, 'F', (select id from users where email = 'head@fields.test'), n from generate_series(1, 49) n`,
      [schoolId],
    );
    const replies = await Promise.all(
      ['x', 'y'].map((key) => as('head', 'POST', fieldsPath(), { key, label: key, dataType: 'boolean' })),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('custom_field_limit');
  });

  it('are seen and changed by those only who look after the settings', async () => {
    await removeAll();
    const { id } = await add(size);
    await person('pupil');
    for (const name of ['pupil', 'teacher']) {
      expect((await as(name, 'GET', fieldsPath())).status, name).toBe(403);
      expect((await as(name, 'POST', fieldsPath(), { ...size, key: 'b' })).status, name).toBe(403);
      expect((await as(name, 'DELETE', fieldsPath(`/${id}`))).status, name).toBe(403);
    }
    // Another tenant: neither through its own organization nor through this one.
    expect((await as('strange-head', 'GET', fieldsPath())).status).toBe(404);
    for (const [method, path, body] of [
      ['PATCH', `/${id}`, { label: 'Theirs' }],
      ['DELETE', `/${id}`, undefined],
      ['POST', `/${id}/restore`, undefined],
      ['PUT', '/order', { ids: [id] }],
    ] as const) {
      const answer = await as('strange-head', method, fieldsPath(path, elsewhereId), body);
      expect([method, answer.status]).toEqual([method, path === '/order' ? 409 : 404]);
    }
    expect((await list()).items).toMatchObject([{ id, label: 'T-shirt size' }]);
  });
});

describe('values', () => {
  it('are filled in by the person as soon as there is a field, without anything else', async () => {
    await removeAll();
    await person('ada');
    expect(await profileFields('ada')).toEqual([]);
    await add(size);
    await add({ key: 'born', label: 'Born', dataType: 'date' });
    expect(valuesOf(await profileFields('ada'))).toEqual({ shirt: null, born: null });

    expect(wrong(await save('ada', { shirt: 'xxl', born: '2027-02-30', other: 1 }))).toEqual([
      'customFields.shirt not_an_option',
      'customFields.born bad_date',
      'customFields.other unknown_field',
    ]);
    expect(valuesOf(await profileFields('ada'))).toEqual({ shirt: null, born: null });

    const saved = await save('ada', { shirt: 'm', born: '2012-05-01' });
    expect(valuesOf(saved.body.customFields)).toEqual({ shirt: 'm', born: '2012-05-01' });
    const cleared = await save('ada', { born: null });
    expect(valuesOf(cleared.body.customFields)).toEqual({ shirt: 'm', born: null });
  });

  it('that are missing refuse the profile only to whom they are asked of', async () => {
    await removeAll();
    const id = await person('ben');
    await add({ key: 'allergies', label: 'Allergies', dataType: 'string', isRequired: true });
    await add({
      key: 'consent',
      label: 'Photo consent',
      dataType: 'boolean',
      isRequired: true,
      editableBy: 'administration',
    });
    const named = await as('ben', 'PATCH', '/me/profile', { bio: 'Hello' });
    expect(wrong(named)).toEqual(['customFields.allergies required']);
    expect(wrong(await save('ben', { allergies: 'none', consent: true }))).toEqual([
      'customFields.consent not_editable',
    ]);
    expect((await save('ben', { allergies: 'none' })).status).toBe(200);

    const path = `/organizations/${schoolId}/people/${id}`;
    expect((await as('head', 'PATCH', path, { department: '9a' })).status).toBe(200);
    expect(wrong(await as('head', 'PATCH', path, { customFields: {} }))).toEqual([
      'customFields.consent required',
    ]);
    const consented = await as<WithFields>('head', 'PATCH', path, { customFields: { consent: false } });
    expect(valuesOf(consented.body.customFields)).toEqual({ allergies: 'none', consent: false });
    expect(wrong(await as('head', 'PATCH', path, { customFields: { allergies: ' ' } }))).toEqual([
      'customFields.allergies required',
    ]);
    expect(valuesOf(await profileFields('ben'))).toEqual({ allergies: 'none', consent: false });
    const changes = await sql<{ new: Record<string, unknown> }>(
      server.databaseUrl,
      `select d.new_values as new from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.resource_id = $1 and l.action in ('user.profile_changed', 'user.updated') order by l.seq`,
      [id],
    );
    expect(changes.map((one) => one.new)).toEqual([
      { 'customFields.allergies': 'none' },
      { department: '9a' },
      { 'customFields.consent': false },
    ]);
  });

  it('are hidden with their field, kept, and there again when it comes back', async () => {
    await removeAll();
    await person('cleo');
    const { id } = await add(size);
    await save('cleo', { shirt: 's' });
    expect((await as('head', 'DELETE', fieldsPath(`/${id}`))).status).toBe(204);
    expect((await as('head', 'DELETE', fieldsPath(`/${id}`))).status).toBe(404);
    expect(await profileFields('cleo')).toEqual([]);
    expect(wrong(await save('cleo', { shirt: 'm' }))).toEqual(['customFields.shirt unknown_field']);
    const [{ stored } = { stored: null }] = await sql<{ stored: unknown }>(
      server.databaseUrl,
      `select custom_fields as stored from user_profiles p join users u on u.id = p.user_id where u.email = 'cleo@fields.test'`,
    );
    expect(stored).toEqual({ [id]: 's' });
    expect((await list()).removed[0]).toMatchObject({ id, inUse: 1 });

    // A new field of the same key is another one: it does not inherit what was meant for the old one.
    const again = await add({ key: 'shirt', label: 'Shirts', dataType: 'integer' });
    expect(valuesOf(await profileFields('cleo'))).toEqual({ shirt: null });
    expect((await as('head', 'POST', fieldsPath(`/${id}/restore`))).body.code).toBe('already_exists');
    await as('head', 'DELETE', fieldsPath(`/${again.id}`));
    expect((await as('head', 'POST', fieldsPath(`/${id}/restore`))).status).toBe(200);
    expect(valuesOf(await profileFields('cleo'))).toEqual({ shirt: 's' });
    expect((await as('head', 'POST', fieldsPath(`/${id}/restore`))).status).toBe(200);
  });

  it('of two changes at the same time are both there', async () => {
    await removeAll();
    await person('dora');
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) await add({ key, label: key, dataType: 'integer' });
    await Promise.all(keys.map((key, n) => save('dora', { [key]: n })));
    expect(valuesOf(await profileFields('dora'))).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  });

  it('are refused, never stored, whatever is sent', async () => {
    await removeAll();
    await person('eve');
    await add({ key: 'text', label: 'Text', dataType: 'string' });
    for (const value of ['zero\0', 'half \ud83d', {}, [1], [[]], 'x'.repeat(2001)]) {
      const reply = await save('eve', { text: value });
      expect([JSON.stringify(value).slice(0, 20), reply.status]).toEqual([
        JSON.stringify(value).slice(0, 20),
        400,
      ]);
      expect(reply.body.errors?.[0]?.path).toMatch(/^customFields\.text/);
    }
    expect((await save('eve', { text: '<b>"\'\\ ; drop table users' })).status).toBe(200);
    expect(valuesOf(await profileFields('eve'))).toEqual({ text: '<b>"\'\\ ; drop table users' });
  });
});

describe('two organizations', () => {
  it('never see each other’s fields and values, not even under the same key', async () => {
    await removeAll();
    const id = await person('finn');
    await sql(
      server.databaseUrl,
      'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
      [id, elsewhereId],
    );
    await add({ key: 'note', label: 'Note of the school', dataType: 'string' });
    await add({ key: 'note', label: 'Note of the other one', dataType: 'string' }, 'strange-head');
    expect((await save('finn', { note: 'for the school' })).body.customFields).toMatchObject([
      { label: 'Note of the school', value: 'for the school' },
    ]);
    const here = `/organizations/${schoolId}/people/${id}`;
    const there = `/organizations/${elsewhereId}/people/${id}`;
    expect((await as<WithFields>('head', 'GET', here)).body.customFields).toHaveLength(1);
    expect((await as<WithFields>('strange-head', 'GET', there)).body.customFields).toEqual([]);
    const changed = await as('strange-head', 'PATCH', there, { customFields: { note: 'mine' } });
    expect(changed.body.code).toBe('managed_elsewhere');

    // The account moves: now the other organization looks after it, and begins with nothing.
    await sql(
      server.databaseUrl,
      'update organization_memberships set is_primary = false where user_id = $1 and organization_id = $2',
      [id, schoolId],
    );
    await sql(
      server.databaseUrl,
      'update organization_memberships set is_primary = true where user_id = $1 and organization_id = $2',
      [id, elsewhereId],
    );
    expect((await as<WithFields>('head', 'GET', here)).body.customFields).toEqual([]);
    expect((await as<WithFields>('strange-head', 'GET', there)).body.customFields).toMatchObject([
      { label: 'Note of the other one', value: null },
    ]);
    expect((await save('finn', { note: 'for the other one' })).status).toBe(200);
    const { body } = await as<{ sections: Record<string, Record<string, unknown>[]> }>(
      'finn',
      'GET',
      '/me/export',
    );
    // The copy of one's own data holds both: both are kept.
    expect(body.sections['custom_fields']?.map(({ field, value }) => [field, value]).toSorted()).toEqual([
      ['Note of the other one', 'for the other one'],
      ['Note of the school', 'for the school'],
    ]);
  });

  it('have the fields of the whole installation, which they cannot change or take the key of', async () => {
    await removeAll();
    await person('gus', 'student', 'elsewhere');
    const [made] = await sql<{ id: string }>(
      server.databaseUrl,
      `insert into custom_field_definitions (entity_type, field_key, label, created_by)
       select 'user_profile', 'everywhere', 'Everywhere', id from users where email = 'head@fields.test' returning id`,
    );
    await add({ key: 'own', label: 'Own', dataType: 'string' });
    expect((await list()).items.map(({ key, isSystemWide }) => [key, isSystemWide])).toEqual([
      ['everywhere', true],
      ['own', false],
    ]);
    expect((await profileFields('gus')).map(({ key }) => key)).toEqual(['everywhere']);
    const taken = await as('head', 'POST', fieldsPath(), { key: 'everywhere', label: 'X', dataType: 'url' });
    expect(taken.body.code).toBe('already_exists');
    expect((await as('head', 'DELETE', fieldsPath(`/${made?.id}`))).status).toBe(404);
  });
});

it('an erased person leaves no values', async () => {
  await removeAll();
  const id = await person('hal');
  await add({ key: 'secret', label: 'Secret', dataType: 'string' });
  await save('hal', { secret: 'only of hal' });
  const erased = await as('hal', 'POST', '/me/erase', { confirm: password });
  expect(erased.status, JSON.stringify(erased.body)).toBe(204);
  expect(await sql(server.databaseUrl, 'select 1 from user_profiles where user_id = $1', [id])).toEqual([]);
  const told = await sql(
    server.databaseUrl,
    `select 1 from audit_log_details where new_values::text like '%only of hal%' or old_values::text like '%only of hal%'`,
  );
  expect(told).toEqual([]);
});
