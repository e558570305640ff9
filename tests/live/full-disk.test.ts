import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 1 });
});
afterAll(() => app.destroy());

/** PostgreSQL answers a write to a table as on a full disk: with 53100, at the row that finds no place. */
async function fillDisk(table: string): Promise<void> {
  await sql(
    app.databaseUrl,
    `create function no_space() returns trigger language plpgsql as
     $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
  );
  await sql(
    app.databaseUrl,
    `create trigger no_space before insert on ${table} for each row execute function no_space()`,
  );
}
const freeDisk = (): Promise<object[]> => sql(app.databaseUrl, 'drop function no_space() cascade');

it('[LV11] what does not fit on the disk is refused whole, the class goes on, and the same key brings it later, once', async () => {
  const { sessionId } = school;
  const [teacher, student] = await Promise.all(
    ['teacher', 'student1'].map((name) => signIn(app.url, `${name}@test.lectern`)),
  );
  const writer = await LiveSocket.connect(app.url, student?.accessToken ?? '');
  const reader = await LiveSocket.connect(app.url, teacher?.accessToken ?? '');
  const { seq } = await reader.join(sessionId);
  await writer.join(sessionId);
  const line = { key: randomUUID(), text: 'Is there room for this?' };
  await fillDisk('live_chat_messages');
  expect(await writer.send('chat.send', line)).toMatchObject({ ok: false, error: { code: 'storage_full' } });
  // What needs no place there goes on, and nothing of the refused line is left: neither its fact nor its key.
  await writer.durable('hand.raise');
  await reader.fact('hand.raised');
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  await freeDisk();
  const reply = await writer.send<{ id: string }>('chat.send', line);
  expect(reply).toMatchObject({ ok: true });
  expect(await writer.send('chat.send', line)).toEqual(reply);
  await reader.fact('chat.sent');
  const later = reader.facts.filter((fact) => (fact.seq ?? 0) > seq);
  expect(later.map(({ type }) => type).filter((type) => !type.startsWith('media.'))).toEqual([
    'participant.joined',
    'hand.raised',
    'chat.sent',
  ]);
  expect(later.map((fact) => fact.seq)).toEqual(later.map((_, n) => seq + n + 1));
  const rows = await sql(app.databaseUrl, 'select 1 from live_chat_messages where session_id = $1', [
    sessionId,
  ]);
  expect(rows).toHaveLength(1);
  writer.close();
  reader.close();
});
