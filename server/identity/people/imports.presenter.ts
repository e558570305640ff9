import type { ImportRowView, ImportView } from '../../../shared/identity/people-imports.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { ImportRow } from './import-list.ts';
import type { StoredImport, StoredRow } from './imports.repository.ts';

/** An import and how far it has come. */
export const presentImport = (row: StoredImport): ImportView => ({
  id: row.id,
  fileName: row.file_name,
  status: row.status,
  total: row.total_rows,
  valid: row.valid_rows,
  created: row.created_rows,
  failed: row.failed_rows,
  sendInvitations: row.send_invitations,
  createdBy: row.created_by_name,
  createdAt: iso(new Date(row.created_at)),
  finishedAt: isoOrNull(row.finished_at === null ? null : new Date(row.finished_at)),
});

/** The name as it was understood, or as it was written. */
export const nameOf = ({ raw, data }: Pick<ImportRow, 'raw' | 'data'>): string =>
  data.displayName ?? raw.name ?? [raw.first_name, raw.last_name].filter(Boolean).join(' ');

/** A row that is only looked at. */
export const presentPreviewRow = (row: ImportRow): ImportRowView => ({
  row: row.row,
  name: nameOf(row),
  email: row.data.email ?? row.raw.email ?? '',
  phone: row.data.phone ?? row.raw.phone ?? '',
  role: row.data.role ?? null,
  status: row.problems.length === 0 ? 'pending' : 'invalid',
  problems: row.problems,
  userId: null,
});

/** A row of an import. */
export const presentRow = (row: StoredRow): ImportRowView => ({
  row: row.row_number,
  name: nameOf(row),
  email: row.data.email ?? row.raw.email ?? '',
  phone: row.data.phone ?? row.raw.phone ?? '',
  role: row.data.role ?? null,
  status: row.status,
  problems: row.problems,
  userId: row.user_id,
});
