import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool, createUser, enroll, password, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

/** Words that stand nowhere but in this person's data; a later address and an earlier one, as people have them. */
const who = {
  first: 'Zebedee',
  last: 'Quillfeather',
  email: 'zebedee.q@test.lectern',
  earlier: 'quill.old@test.lectern',
  phone: '+4915199887766',
  username: 'zebquill',
};
const name = `${who.first} ${who.last}`;

let app: TestApp;
let school: School;
let zebedee: TestActor;
let admin: TestActor;
let avatar: string;

const rows = <T extends object>(statement: string, ...values: unknown[]): Promise<T[]> =>
  sql<T>(app.databaseUrl, statement, values);

/** Every row of every table, of every schema, that holds one of the texts: as text, in JSON, in a list, or as bytes. */
async function whereIs(needles: readonly string[]): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const wanted = needles.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
  const found: string[] = [];
  for (const table of tables) {
    const hits = await rows<{ row: string; needle: string }>(
      `select left(r.row, 300) as row, w.needle from (select to_jsonb(t)::text as row from ${table.name} t) r
       join unnest($1::text[]) w(needle) on strpos(lower(r.row), lower(w.needle)) > 0`,
      wanted,
    );
    found.push(...hits.map(({ row, needle }) => `${table.name}: ${needle} in ${row}`));
  }
  return found;
}

const tablesOf = (found: readonly string[]): string[] => [
  ...new Set(found.map((line) => line.split(':')[0] ?? '')),
];

/** A class with a chat, an avatar, a family, keys, a list, invitations: whatever holds a name or an address today. */
beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl);
  const id = await createUser(app.databaseUrl, { email: who.email, displayName: name });
  await enroll(app.databaseUrl, id, school.courseId);
  await rows(
    `update users set first_name = $2, last_name = $3, phone = $4, phone_verified_at = now(), username = $5, suspension_reason = $6 where id = $1`,
    id,
    who.first,
    who.last,
    who.phone,
    who.username,
    `${name} was loud`,
  );
  await createUser(app.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  zebedee = await signIn(app.url, who.email);
  admin = await signIn(app.url, 'head@test.lectern');
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#1b6550' } })
    .png()
    .toBuffer();
  const uploaded = await fetch(`${app.url}/api/v1/me/avatar`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${zebedee.accessToken}`, 'content-type': 'image/png' },
    body: new Blob([new Uint8Array(picture)]),
  });
  avatar = ((await uploaded.json()) as { avatarUrl: string }).avatarUrl;
  await zebedee.rest('PATCH', '/me/profile', {
    bio: `I am ${name}`,
    alternatePhone: who.phone,
    socialLinks: { website: `https://${who.username}.example` },
  });
  await zebedee.rest('POST', '/me/api-keys', { name: `Key of ${name}`, permissions: ['course.read'] });

  const [teacher, student] = await Promise.all(
    ['teacher@test.lectern', who.email].map(async (email) => {
      const { accessToken } = await signIn(app.url, email);
      const socket = await LiveSocket.connect(app.url, accessToken);
      await socket.join(school.sessionId);
      return socket;
    }),
  );
  await student?.durable('chat.send', { text: 'The homework is on page 12' });
  await teacher?.durable('chat.send', { text: 'Thank you all' });
  await teacher?.fact('chat.sent', ({ text }) => text === 'Thank you all');
  student?.close();
  teacher?.close();

  const organizationId = admin.user.organizationId;
  await admin.rest('POST', `/organizations/${organizationId}/invitations`, {
    invitations: [{ email: who.earlier }],
  });
  await plant(id);
});
afterAll(() => app?.destroy());

/** What no operation of this test makes, or would make slowly. */
async function plant(id: string): Promise<void> {
  await rows('update organization_memberships set title = $2 where user_id = $1', id, `Head boy ${name}`);
  await rows(
    `insert into invitations (scope, organization_id, email, grant_role, token_hash, status, invited_by, accepted_by, accepted_at, expires_at)
     select 'organization', organization_id, $2, 'student', '\\x01', 'accepted', $3, $1, now(), now() + interval '1 day'
     from organization_memberships where user_id = $1`,
    id,
    who.earlier,
    school.teacherId,
  );
  await rows(
    `with made as (insert into user_imports (organization_id, created_by, file_name, status, total_rows, valid_rows, finished_at)
       select organization_id, $2, 'list.csv', 'completed', 2, 1, now() from organization_memberships where user_id = $1 returning id)
     insert into user_import_rows (import_id, row_number, status, raw, data, user_id)
     select id, 1, 'created', jsonb_build_object('name', $3::text), jsonb_build_object('email', $4::text), $1::uuid from made
     union all select id, 2, 'failed', jsonb_build_object('name', $3::text, 'e-mail', upper($4::text)), '{}', null from made`,
    id,
    school.teacherId,
    name,
    who.email,
  );
  await rows(
    `update enrollments set notes = $2, withdrawal_reason = $2, custom_fields = jsonb_build_object('called', $2::text) where user_id = $1`,
    id,
    `${name} needs more time`,
  );
  await rows(
    `insert into note_documents (organization_id, scope, owner_id, title, plain_text)
     select organization_id, 'personal', $1, $2, $2 from organization_memberships where user_id = $1`,
    id,
    `Diary of ${name}`,
  );
  await rows(
    `insert into user_authentication_methods (user_id, provider, issuer, provider_user_id, provider_email, provider_data)
     values ($1, 'google', 'https://accounts.google.com', '1', $2, jsonb_build_object('name', $3::text))`,
    id,
    who.email,
    name,
  );
  await rows(
    `insert into guardianships (parent_id, child_id, relationship, relationship_note, status, requested_by) values ($2, $1, 'other', $3, 'pending', $2)`,
    id,
    school.teacherId,
    `Uncle of ${name}`,
  );
}

describe('a copy of all data', () => {
  it('is streamed, and holds the person’s own words, picture and addresses, from every table that knows them', async () => {
    const { status, body, headers } = await zebedee.rest<{
      sections: Record<string, Record<string, unknown>[]>;
    }>('GET', '/me/export');
    expect(status).toBe(200);
    expect(headers.get('content-length')).toBeNull();
    const { sections } = body;
    const [first] = sections['files'] ?? [];
    const bytes = Buffer.from(String(first?.['content_base64']), 'base64');
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 256 });
    expect(sections['chat']).toEqual([
      expect.objectContaining({ class: 'Photosynthesis', content: 'The homework is on page 12' }),
    ]);
    expect(sections['class_attendance']?.length).toBe(1);
    expect(sections['imported_from_list']?.length).toBe(1);
    expect(sections['invitations']).toEqual([expect.objectContaining({ email: who.earlier })]);
    expect(sections['audit']?.some(({ user_agent: agent }) => agent === 'node')).toBe(true);
    expect(sections['did_guardianships_requested_by']).toEqual([]);
    const text = JSON.stringify(body);
    expect(text).not.toContain('$argon2id$');
    expect(text).not.toContain('teacher@test.lectern');
  });

  it('is read a page at a time, however much there is', async () => {
    await rows(
      `insert into live_chat_messages (session_id, sender_id, content) select $1, $2, 'line ' || n from generate_series(1, 1203) n`,
      school.sessionId,
      zebedee.user.id,
    );
    const { body } = await zebedee.rest<{ sections: Record<string, { content: string }[]> }>(
      'GET',
      '/me/export',
    );
    const lines = body.sections['chat']?.map(({ content }) => content) ?? [];
    expect(lines.length).toBe(1204);
    expect(new Set(lines).size).toBe(1204);
  });
});

describe('erasure', () => {
  it('leaves no trace of a person in any column of any table, and what others have as it was', async () => {
    const needles = [who.first, who.last, who.email, who.earlier, who.phone, who.username, avatar];
    // The search finds what it is to find, in a table of a later day too.
    await rows('create table later_things (id int, words text[], more jsonb, sealed bytea)');
    await rows(
      `insert into later_things values (1, array['by ' || $1::text], null, null), (2, null, jsonb_build_object('who', $1::text), null), (3, null, null, $1::bytea)`,
      who.first,
    );
    expect(
      (await whereIs([who.first])).filter((line) => line.startsWith('public.later_things')),
    ).toHaveLength(3);
    await rows('drop table later_things');
    expect(tablesOf(await whereIs(needles))).toEqual(
      expect.arrayContaining(
        [
          'users',
          'user_profiles',
          'room_log',
          'invitations',
          'audit_log_details',
          'user_import_rows',
          'enrollments',
        ].map((table) => `public.${table}`),
      ),
    );
    const others = () =>
      rows(
        `select (select json_agg(m order by m.id) from live_chat_messages m) as chat,
           (select json_agg(u order by u.id) from users u where u.id <> $1) as people,
           (select json_agg(l order by l.room, l.seq) from room_log l where l.payload ->> 'userId' is distinct from $1::text) as facts,
           (select json_agg(json_build_object('p', p.user_id, 't', p.total_seconds) order by p.id) from live_session_participants p) as attendance,
           (select count(*) from audit_logs where user_id is distinct from $1) > 0 as audit`,
        zebedee.user.id,
      );
    const before = await others();
    expect((await zebedee.rest('POST', '/me/erase', { confirm: password })).status).toBe(204);
    expect(await whereIs(needles)).toEqual([]);
    expect(await others()).toEqual(before);
  });

  it('shows who was erased under another name, also to whoever catches up with a class', async () => {
    const { accessToken } = await signIn(app.url, 'teacher@test.lectern');
    const socket = await LiveSocket.connect(app.url, accessToken);
    await socket.join(school.sessionId);
    const { facts } = await socket.call<{ facts: Record<string, unknown>[] }>('resume', {
      after: 0,
    });
    const theirs = facts.filter(({ userId, displayName }) => userId === zebedee.user.id && displayName);
    expect(theirs.length).toBeGreaterThan(1);
    expect(new Set(theirs.map(({ displayName }) => displayName))).toEqual(new Set(['Deleted user']));
    socket.close();
  });

  it('leaves the addresses of others alone, also one that used to be theirs', async () => {
    const email = 'handed.on@test.lectern';
    const former = await createUser(app.databaseUrl, { email, displayName: 'Former Owner' });
    const leaving = await signIn(app.url, email);
    await rows(
      `insert into user_authentication_methods (user_id, provider, issuer, provider_user_id, provider_email) values ($1, 'google', 'https://accounts.google.com', '2', $2)`,
      former,
      email,
    );
    await rows(`update users set email = 'former.owner@test.lectern' where id = $1`, former);
    const present = await createUser(app.databaseUrl, { email, displayName: 'Present Owner' });
    await rows(
      `insert into invitations (scope, organization_id, email, token_hash, expires_at)
       select 'organization', organization_id, $2, '\\x02', now() + interval '1 day' from organization_memberships where user_id = $1`,
      present,
      email,
    );
    expect((await leaving.rest('POST', '/me/erase', { confirm: password })).status).toBe(204);
    expect(await rows('select 1 from invitations where email = $1', email)).toHaveLength(1);
  });
});
