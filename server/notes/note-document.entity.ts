import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';

/** A shared note. Its text lives in `note_snapshots` and `note_updates`, which only SQL touches: they are hot and large. */
const NoteDocumentSchema = defineEntity({
  name: 'NoteDocument',
  tableName: 'note_documents',
  filters: softDelete,
  properties: {
    id: columns.id(),
    organizationId: p.uuid(),
    scope: p.enum(['live_session', 'breakout_room', 'lesson', 'course', 'personal'] as const),
    liveSessionId: p.uuid().nullable(),
    courseId: p.uuid().nullable(),
    ownerId: p.uuid(),
    title: p.text(),
    defaultAccess: p.enum(['none', 'view', 'edit'] as const).default('edit'),
    isPrimary: p.boolean().default(true),
    isLocked: p.boolean().default(false),
    lockedBy: p.uuid().nullable(),
    lockedAt: columns.instant().nullable(),
    lastEditedBy: p.uuid().nullable(),
    lastEditedAt: columns.instant().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
});

/** A shared note's head row, without its text. */
export class NoteDocument extends NoteDocumentSchema.class {}
NoteDocumentSchema.setClass(NoteDocument);
