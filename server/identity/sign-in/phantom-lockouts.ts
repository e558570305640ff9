import type { EntityManager } from '@mikro-orm/postgresql';
import type { Secrets } from '../../kernel/secrets.ts';
import { noLockout } from './lockout.ts';
import type { Lockout } from './lockout.ts';

interface Row {
  failures: number;
  locked_until: Date | string | null;
}

const keptMs = 30 * 24 * 60 * 60_000;
const most = 100_000;

const lockoutOf = ({ failures, locked_until: until }: Row): Lockout => ({
  failures,
  lockedUntil: until === null ? null : new Date(until),
});

/** What stands for an address that nobody has; the address itself is not kept. */
export const phantomKeyOf = (secrets: Secrets, typed: string): Buffer =>
  secrets.pepper('phantom lockout', typed);

/** The counters of what nobody is known by: it must lock like an account, or locking would tell them apart. */
export async function phantomLockout(em: EntityManager, key: Buffer): Promise<Lockout> {
  const [row] = await em.execute<Row[]>('select failures, locked_until from phantom_lockouts where key = ?', [
    key,
  ]);
  return row ? lockoutOf(row) : noLockout;
}

/** The same, locked: attempts on one are judged one after the other. */
export async function lockPhantom(em: EntityManager, key: Buffer, now: Date): Promise<Lockout> {
  const [row] = await em.execute<Row[]>(
    `insert into phantom_lockouts (key, updated_at) values (?, ?)
     on conflict (key) do update set updated_at = excluded.updated_at returning failures, locked_until`,
    [key, now],
  );
  return row ? lockoutOf(row) : noLockout;
}

export async function savePhantom(em: EntityManager, key: Buffer, lockout: Lockout): Promise<void> {
  await em.execute('update phantom_lockouts set failures = ?, locked_until = ? where key = ?', [
    lockout.failures,
    lockout.lockedUntil,
    key,
  ]);
}

/** Lets go of the old, and of the oldest when there are too many: an attacker must not fill the disk. */
export async function sweepPhantoms(em: EntityManager, now: Date): Promise<void> {
  await em.execute('delete from phantom_lockouts where updated_at < ?', [new Date(now.getTime() - keptMs)]);
  await em.execute(
    `delete from phantom_lockouts where key in
       (select key from phantom_lockouts order by updated_at desc offset ?)`,
    [most],
  );
}
