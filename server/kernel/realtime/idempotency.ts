import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import { AppError } from '../errors.ts';

/** How long a repeat is recognised: longer than any outage a tab survives. */
const keptHours = 48;

export interface KeyedRequest {
  userId: string;
  key: string | undefined;
  /** Name of the event or path of the route. */
  operation: string;
  input: unknown;
}

/**
 * Runs `work` once per key: a repeat is answered with the first reply. Must be the first thing in the transaction that
 * does the work, because the key and the rows stand or fall together. Two repeats at the same time wait for each other.
 * @throws AppError idempotency_key_reused when the key belongs to another request
 */
export async function once<T>(
  tx: Transaction,
  clock: Clock,
  request: KeyedRequest,
  work: () => Promise<T>,
): Promise<T> {
  if (request.key === undefined) return work();
  const hash = createHash('sha256')
    .update(JSON.stringify([request.operation, request.input]))
    .digest();
  const expires = new Date(clock.now().getTime() + keptHours * 3_600_000);
  const [row] = await prepared<{ id: string }>(
    tx.em,
    `insert into idempotency_keys (user_id, idem_key, method, path, request_hash, expires_at)
     values (:user, :key, 'SOCKET', :operation, :hash, :expires) on conflict (user_id, idem_key) do nothing returning id`,
    { user: request.userId, key: request.key, operation: request.operation, hash, expires },
  );
  if (!row) return replay<T>(tx, request, hash);
  const reply = await work();
  await prepared(
    tx.em,
    `update idempotency_keys set response_status = 200, response_body = :reply::jsonb, completed_at = now() where id = :id`,
    { reply: JSON.stringify(reply), id: row.id },
  );
  return reply;
}

async function replay<T>(tx: Transaction, request: KeyedRequest, hash: Buffer): Promise<T> {
  const [row] = await tx.em.execute<{ request_hash: Buffer; response_body: T }[]>(
    'select request_hash, response_body from idempotency_keys where user_id = ? and idem_key = ?',
    [request.userId, request.key],
  );
  if (!row || !row.request_hash.equals(hash)) throw new AppError('idempotency_key_reused');
  return row.response_body;
}
