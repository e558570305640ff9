import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../kernel/db/columns.ts';

const ParticipantSchema = defineEntity({
  name: 'Participant',
  tableName: 'live_session_participants',
  properties: {
    id: columns.id(),
    sessionId: p.uuid(),
    userId: p.uuid(),
    role: p.enum(['host', 'co_host', 'attendee', 'observer'] as const).default('attendee'),
    admission: p.enum(['invited', 'waiting', 'admitted', 'denied', 'removed'] as const).default('invited'),
    admittedAt: columns.instant().nullable(),
    removedAt: columns.instant().nullable(),
    removalReason: p.text().nullable(),
    guestSince: columns.instant().nullable(),
    guestEndedAt: columns.instant().nullable(),
    joinedAt: columns.instant().nullable(),
    leftAt: columns.instant().nullable(),
    totalSeconds: p.integer().default(0),
    canPublishAudio: p.boolean().nullable(),
    canPublishVideo: p.boolean().nullable(),
    canPublishScreen: p.boolean().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
  },
});

/** One person in one class, however many connections they have: role, admission, exceptions from the locks. */
export class Participant extends ParticipantSchema.class {}
ParticipantSchema.setClass(Participant);
