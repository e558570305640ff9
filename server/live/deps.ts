import type { EntityManager } from '@mikro-orm/postgresql';
import type { Audit } from '../audit/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { FactInput, LoggedFact, RoomLog } from '../kernel/realtime/room-log.ts';
import type { NewLiveFact } from '../../shared/live/contract.ts';
import type { Access } from '../identity/index.ts';
import type { Courses } from '../courses/index.ts';
import type { Media } from '../media/index.ts';
import type { Notes } from '../notes/index.ts';
import { SessionEvent } from './session-event.entity.ts';

/** What every use case of a class needs. */
export interface LiveDeps {
  db: Database;
  log: Logger;
  clock: Clock;
  ids: Ids;
  roomLog: RoomLog;
  audit: Pick<Audit, 'record'>;
  access: Access;
  courses: Courses;
  notes: Pick<Notes, 'createForClass' | 'primaryForClasses' | 'revoke' | 'rightsChanged'>;
  media: Pick<Media, 'attach' | 'snapshot' | 'enforce' | 'revoke' | 'closeRoom' | 'status'>;
}

/** The room whose log carries a class's facts. */
export const roomOf = (sessionId: string): string => `live:${sessionId}`;

/** Appends facts of a class; the last statement of its transaction. */
export const appendFacts = (
  deps: LiveDeps,
  tx: Transaction,
  sessionId: string,
  facts: readonly NewLiveFact[],
): Promise<LoggedFact[]> => deps.roomLog.append(tx, roomOf(sessionId), facts as readonly FactInput[]);

/** Writes a line of the class's timeline. */
export function recordEvent(
  deps: LiveDeps,
  em: EntityManager,
  event: {
    sessionId: string;
    type: string;
    actorId?: string;
    targetUserId?: string;
    payload?: Record<string, unknown>;
  },
): void {
  em.persist(
    em.create(SessionEvent, {
      id: deps.ids.uuid(),
      sessionId: event.sessionId,
      actorId: event.actorId ?? null,
      targetUserId: event.targetUserId ?? null,
      eventType: event.type,
      payload: event.payload ?? {},
      createdAt: deps.clock.now(),
    }),
  );
}
