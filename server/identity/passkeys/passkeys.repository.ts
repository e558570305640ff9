import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountState } from '../accounts/account.ts';

/** A stored passkey without its key. */
export interface PasskeyRecord {
  id: string;
  name: string;
  backedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A passkey with all that a sign-in is checked against. */
export interface PasskeyCredential {
  id: string;
  publicKey: Buffer;
  counter: number;
  userId: string;
  tokenVersion: number;
  account: AccountState;
}

interface RecordRow {
  id: string;
  name: string;
  backed_up: boolean;
  created_at: Date | string;
  last_used_at: Date | string | null;
}

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

const toRecord = (row: RecordRow): PasskeyRecord => ({
  id: row.id,
  name: row.name,
  backedUp: row.backed_up,
  createdAt: new Date(row.created_at),
  lastUsedAt: date(row.last_used_at),
});

const recordColumns = 'id, name, backed_up, created_at, last_used_at';

/** Somebody's passkeys, the newest first. */
export async function passkeysOf(em: EntityManager, userId: string): Promise<PasskeyRecord[]> {
  const rows = await em.execute<RecordRow[]>(
    `select ${recordColumns} from passkeys where user_id = ? order by id desc`,
    [userId],
  );
  return rows.map(toRecord);
}

/** What the browser is told not to make again. */
export async function credentialIdsOf(
  em: EntityManager,
  userId: string,
): Promise<{ id: string; transports: string[] }[]> {
  const rows = await em.execute<{ credential_id: Buffer; transports: string[] }[]>(
    'select credential_id, transports from passkeys where user_id = ?',
    [userId],
  );
  return rows.map((row) => ({ id: row.credential_id.toString('base64url'), transports: row.transports }));
}

export interface NewPasskey {
  id: string;
  userId: string;
  credentialId: Buffer;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  deviceType: 'singleDevice' | 'multiDevice';
  backedUp: boolean;
  name: string;
  createdAt: Date;
}

/** Stores a passkey; null when its credential is known already. */
export async function insertPasskey(em: EntityManager, passkey: NewPasskey): Promise<PasskeyRecord | null> {
  const [row] = await em.execute<RecordRow[]>(
    `insert into passkeys (id, user_id, credential_id, public_key, counter, transports, device_type, backed_up, name, created_at, updated_at)
     values (?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)), ?, ?, ?, ?, ?)
     on conflict (credential_id) do nothing returning ${recordColumns}`,
    [
      passkey.id,
      passkey.userId,
      passkey.credentialId,
      passkey.publicKey,
      passkey.counter,
      JSON.stringify(passkey.transports),
      passkey.deviceType,
      passkey.backedUp,
      passkey.name,
      passkey.createdAt,
      passkey.createdAt,
    ],
  );
  return row ? toRecord(row) : null;
}

/** Gives one's own passkey another name. */
export async function renamePasskey(
  em: EntityManager,
  passkey: { id: string; userId: string; name: string },
  now: Date,
): Promise<{ before: string; record: PasskeyRecord } | null> {
  const [row] = await em.execute<(RecordRow & { before: string })[]>(
    `with old as (select id as old_id, name as before from passkeys where id = ? and user_id = ? for update)
     update passkeys set name = ?, updated_at = ? from old where id = old.old_id returning ${recordColumns}, before`,
    [passkey.id, passkey.userId, passkey.name, now],
  );
  return row ? { before: row.before, record: toRecord(row) } : null;
}

/** Deletes one's own passkey. @returns its name, or null when there is none */
export async function deletePasskey(
  em: EntityManager,
  passkey: { id: string; userId: string },
): Promise<string | null> {
  const [row] = await em.execute<{ name: string }[]>(
    'delete from passkeys where id = ? and user_id = ? returning name',
    [passkey.id, passkey.userId],
  );
  return row?.name ?? null;
}

interface CredentialRow {
  id: string;
  public_key: Buffer;
  counter: string | number;
  user_id: string;
  token_version: number;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  deleted_at: Date | string | null;
}

/** A passkey and its account. Locked: of two answers with the same counter, the second must see the first. */
export async function lockCredential(
  em: EntityManager,
  credentialId: Buffer,
): Promise<PasskeyCredential | null> {
  const [row] = await em.execute<CredentialRow[]>(
    `select p.id, p.public_key, p.counter, p.user_id, u.token_version, u.status, u.suspended_until, u.deleted_at
     from passkeys p join users u on u.id = p.user_id where p.credential_id = ? for update of p`,
    [credentialId],
  );
  if (!row) return null;
  return {
    id: row.id,
    publicKey: row.public_key,
    counter: Number(row.counter),
    userId: row.user_id,
    tokenVersion: row.token_version,
    account: {
      status: row.status,
      suspendedUntil: date(row.suspended_until),
      deletedAt: date(row.deleted_at),
    },
  };
}

/** Notes that a passkey was used. */
export async function notePasskeyUse(
  em: EntityManager,
  used: { id: string; counter: number; backedUp: boolean },
  now: Date,
): Promise<void> {
  await em.execute(
    'update passkeys set counter = ?, backed_up = ?, last_used_at = ?, updated_at = ? where id = ?',
    [used.counter, used.backedUp, now, now, used.id],
  );
}
