import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';

const StoredFileSchema = defineEntity({
  name: 'StoredFile',
  tableName: 'files',
  properties: {
    id: columns.id(),
    organizationId: p.uuid().nullable(),
    userId: p.uuid(),
    filename: p.text(),
    originalFilename: p.text(),
    mimeType: p.text(),
    sizeBytes: p.bigint('number'),
    sha256: p.text().nullable(),
    fileType: p.enum(['image', 'video', 'audio', 'document', 'archive', 'other'] as const).default('other'),
    storageDriver: p.text().default('local'),
    storageKey: p.text(),
    status: p.enum(['uploading', 'stored', 'quarantined', 'failed', 'purged'] as const).default('uploading'),
    virusScanStatus: p.enum(['pending', 'clean', 'infected', 'error'] as const).default('pending'),
    metadata: p.json().defaultRaw("'{}'::jsonb"),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A stored object: who put it there, and where its bytes are. */
export class StoredFile extends StoredFileSchema.class {}
StoredFileSchema.setClass(StoredFile);
