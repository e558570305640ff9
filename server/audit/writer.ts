import { randomBytes } from 'node:crypto';
import { validate as isUuid } from 'uuid';
import type { Clock } from '../kernel/clock.ts';
import type { Transaction } from '../kernel/db/database.ts';
import type { Ids } from '../kernel/ids.ts';
import { requestContext } from '../kernel/request-context.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { systemTag } from './audit.presenter.ts';
import { appendEntries, lockHead } from './audit.repository.ts';
import type { NewEntry } from './audit.repository.ts';
import type { ChainKey, ChainedEntry, Details, Origin } from './chain.ts';
import { clean, cleanText } from './clean.ts';
import type { AuditEntry } from './entry.ts';

/** An entry with what surrounded it when it was recorded. */
interface Recorded {
  entry: AuditEntry;
  context: RequestContext;
  at: Date;
}

export interface WriterDeps {
  clock: Clock;
  ids: Ids;
  key: ChainKey;
  /** Told of every critical entry, in its transaction. */
  alert?(tx: Transaction, entry: AuditEntry): Promise<void>;
}

/** What writes into the chain. */
export interface Writer {
  record(tx: Transaction, entry: AuditEntry): void;
  /** The transaction erases this person: what they do in it is written down without where they did it from. */
  forget(tx: Transaction, userId: string): void;
}

/** Collects the entries of a transaction and chains them as its last statements. */
export function createWriter(deps: WriterDeps): Writer {
  const waiting = new WeakMap<Transaction, Recorded[]>();
  const forgotten = new WeakMap<Transaction, Set<string>>();

  function originOf(tx: Transaction, { entry: { actor }, context }: Recorded): Origin {
    if (actor?.kind === 'user' && forgotten.get(tx)?.has(actor.userId))
      return { ipAddress: null, userAgent: null };
    return { ipAddress: context.ipAddress, userAgent: context.userAgent };
  }

  async function flush(tx: Transaction): Promise<void> {
    const recorded = waiting.get(tx) ?? [];
    // What another last step records after this one gets a step of its own.
    waiting.delete(tx);
    // Before the lock: everybody who records waits for it.
    for (const { entry } of recorded) if (entry.severity === 'critical') await deps.alert?.(tx, entry);
    const head = await lockHead(tx.em);
    const entries: NewEntry[] = [];
    let { seq, mac } = head;
    for (const one of recorded) {
      const details = detailsOf(one.entry);
      const origin = originOf(tx, one);
      seq += 1;
      const made = seal(deps, one, seq, details, origin);
      mac = deps.key.entry(head.chainId, mac, made.chained);
      entries.push({ ...made, details, origin, mac });
    }
    await appendEntries(tx.em, entries, { seq, mac });
  }

  return {
    record(tx, entry) {
      const recorded = { entry, context: requestContext(), at: deps.clock.now() };
      const list = waiting.get(tx);
      if (list) {
        list.push(recorded);
        return;
      }
      waiting.set(tx, [recorded]);
      tx.beforeCommit(() => flush(tx));
    },
    forget(tx, userId) {
      forgotten.set(tx, (forgotten.get(tx) ?? new Set()).add(userId));
    },
  };
}

function seal(
  { key, ids }: WriterDeps,
  { entry, context, at }: Recorded,
  seq: number,
  details: Details,
  origin: Origin,
): Pick<NewEntry, 'chained' | 'detailsSalt' | 'originSalt'> {
  const actor = entry.actor?.kind === 'user' ? entry.actor : null;
  const detailsSalt = randomBytes(16);
  const originSalt = randomBytes(16);
  const chained: ChainedEntry = {
    id: ids.uuid(),
    seq,
    userId: actor?.userId ?? null,
    organizationId:
      entry.organizationId === undefined ? (actor?.organizationId ?? null) : entry.organizationId,
    action: entry.action,
    resourceType: entry.resourceType ?? null,
    resourceId: uuidOrNull(entry.resourceId),
    sessionId: actor ? uuidOrNull(actor.authSessionId) : null,
    requestId: context.requestId,
    severity: entry.severity ?? 'medium',
    category: entry.category,
    tags: [...(entry.tags ?? []), ...(entry.actor?.kind === 'system' ? [systemTag] : [])],
    createdAt: at,
    detailsDigest: key.details(detailsSalt, details),
    originDigest: key.origin(originSalt, origin),
  };
  return { chained, detailsSalt, originSalt };
}

const uuidOrNull = (value: string | undefined): string | null =>
  value !== undefined && isUuid(value) ? value : null;

function detailsOf(entry: AuditEntry): Details {
  const { actor, resourceId } = entry;
  const metadata = clean({
    ...entry.metadata,
    ...(actor?.kind === 'user' && actor.apiKey ? { apiKeyId: actor.apiKey.id } : {}),
    // Of a thing that has no id of ours, such as an account at a sign-in provider.
    ...(resourceId !== undefined && uuidOrNull(resourceId) === null ? { resource: resourceId } : {}),
  });
  return {
    old: entry.old ? clean(entry.old) : null,
    new: entry.new ? clean(entry.new) : null,
    description: entry.description === undefined ? null : cleanText(entry.description),
    metadata,
  };
}
