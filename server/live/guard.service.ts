import { LockMode } from '@mikro-orm/core';
import type { NewLiveFact } from '../../shared/live/contract.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { appendFacts, recordEvent } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { guardAfter, isGuarded } from './guard.ts';
import { presentLocks } from './live.presenter.ts';
import { isLed, unledClasses } from './live.repository.ts';
import { LiveSession } from './live-session.entity.ts';

/** A class that nobody leads locks itself, and opens again with the first who does. */
export interface GuardService {
  /** The class has just begun to run: somebody has to come and lead it. In the caller's transaction. */
  expect(tx: Transaction, session: LiveSession): void;
  /** The class is over. In the caller's transaction. @returns facts for its log */
  release(session: LiveSession): NewLiveFact[];
  /**
   * Looks who leads, in a transaction that holds the class for change. @param leftAt when the last one who led left
   * @returns facts for its log
   */
  look(tx: Transaction, session: LiveSession, leftAt?: Date): Promise<NewLiveFact[]>;
  /** The same in a transaction of its own. */
  settle(sessionId: string): Promise<void>;
  /** Classes for which a look is due. */
  due(): Promise<string[]>;
}

/** @param missed called after a commit that left a class without anybody who leads it: look again when the grace is over */
export function createGuardService(
  deps: LiveDeps,
  graceSeconds: number,
  missed: (sessionId: string) => void,
): GuardService {
  const { db, clock } = deps;

  async function look(
    tx: Transaction,
    session: LiveSession,
    leftAt: Date = clock.now(),
  ): Promise<NewLiveFact[]> {
    if (session.status !== 'live') return [];
    const led = await isLed(tx.em, session.id);
    const was = isGuarded(session);
    Object.assign(session, guardAfter(session, { led, leftAt, now: clock.now(), graceSeconds }));
    const is = isGuarded(session);
    if (!led && !is) tx.afterCommit(() => missed(session.id));
    if (is === was) return [];
    recordEvent(deps, tx.em, { sessionId: session.id, type: is ? 'guard.locked' : 'guard.lifted' });
    tx.afterCommit(() => void deps.media.enforce(session.id));
    return [{ type: 'lock.changed', locks: presentLocks(session) }];
  }

  return {
    expect(tx, session) {
      Object.assign(session, { unledSince: clock.now(), guardedAt: null });
      tx.afterCommit(() => missed(session.id));
    },
    release(session) {
      const was = isGuarded(session);
      Object.assign(session, { unledSince: null, guardedAt: null });
      return was ? [{ type: 'lock.changed', locks: presentLocks(session) }] : [];
    },
    look,
    settle: (sessionId) =>
      db.transaction(async (tx) => {
        const session = await tx.em.findOne(
          LiveSession,
          { id: sessionId, status: 'live' },
          { lockMode: LockMode.PESSIMISTIC_WRITE },
        );
        if (!session) return;
        const facts = await look(tx, session);
        await tx.em.flush();
        await appendFacts(deps, tx, sessionId, facts);
      }),
    due: () => unledClasses(db.em(), new Date(clock.now().getTime() - graceSeconds * 1000)),
  };
}
