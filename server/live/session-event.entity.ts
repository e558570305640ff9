import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../kernel/db/columns.ts';

const SessionEventSchema = defineEntity({
  name: 'SessionEvent',
  tableName: 'live_session_events',
  properties: {
    id: columns.id(),
    sessionId: p.uuid(),
    actorId: p.uuid().nullable(),
    targetUserId: p.uuid().nullable(),
    eventType: p.text(),
    payload: p.json<Record<string, unknown>>(),
    createdAt: columns.created(),
  },
});

/** The append-only timeline of a class, for audit and reports. */
export class SessionEvent extends SessionEventSchema.class {}
SessionEventSchema.setClass(SessionEvent);
