import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';

// Rows of other features stand here as ids: the database holds the foreign keys, and what is shown of a person comes
// with the query that shows it.
const LiveSessionSchema = defineEntity({
  name: 'LiveSession',
  tableName: 'live_sessions',
  properties: {
    id: columns.id(),
    organizationId: p.uuid(),
    courseId: p.uuid().nullable(),
    hostId: p.uuid(),
    title: p.text(),
    description: p.text().nullable(),
    scheduledAt: columns.instant(),
    durationMinutes: p.integer().default(60),
    status: p.enum(['scheduled', 'live', 'ended', 'cancelled'] as const).default('scheduled'),
    startedAt: columns.instant().nullable(),
    /** Reopened after the planned end of the lesson before: a new one began. */
    resumedAt: columns.instant().nullable(),
    endedAt: columns.instant().nullable(),
    endedBy: p.uuid().nullable(),
    cancelledAt: columns.instant().nullable(),
    cancelReason: p.text().nullable(),
    /** What a member of the organization comes in with as a guest; while the class is scheduled or runs. */
    joinCode: p.text().nullable(),
    isLocked: p.boolean().default(false),
    maxParticipants: p.integer().nullable(),
    floorUserId: p.uuid().nullable(),
    /** Since when no host or co-host is in the running class. */
    unledSince: columns.instant().nullable(),
    /** Since when the class has locked itself for that. */
    guardedAt: columns.instant().nullable(),
    chatMode: p.enum(['everyone', 'hosts_only', 'disabled'] as const).default('everyone'),
    allowAttendeeAudio: p.boolean().default(true),
    allowAttendeeVideo: p.boolean().default(true),
    allowAttendeeScreen: p.boolean().default(false),
    allowHandRaise: p.boolean().default(true),
    createdBy: p.uuid(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A scheduled, running, ended or cancelled class. */
export class LiveSession extends LiveSessionSchema.class {}
LiveSessionSchema.setClass(LiveSession);
