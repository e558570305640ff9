import type { ChildView, GuardianView, SchoolGuardianshipView } from '../../../shared/identity/guardians.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { GuardianshipRow } from './guardians.repository.ts';

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

const presentLink = (row: GuardianshipRow) => ({
  id: row.id,
  relationship: row.relationship,
  relationshipNote: row.relationship_note,
  status: row.status,
  requestedAt: iso(new Date(row.created_at)),
  approvedAt: isoOrNull(date(row.approved_at)),
});

const child = (row: GuardianshipRow) => ({
  id: row.child_id,
  displayName: row.child_name,
  code: row.child_code,
  avatarUrl: row.child_avatar,
});

const guardian = (row: GuardianshipRow) => ({
  id: row.parent_id,
  displayName: row.parent_name,
  code: row.parent_code,
  avatarUrl: row.parent_avatar,
});

/** A link as the guardian sees it. */
export const presentChild = (row: GuardianshipRow): ChildView => ({ ...presentLink(row), child: child(row) });

/** A link as the child sees it. */
export const presentGuardian = (row: GuardianshipRow): GuardianView => ({
  ...presentLink(row),
  guardian: guardian(row),
});

/** A link as the school sees it. */
export const presentForSchool = (row: GuardianshipRow): SchoolGuardianshipView => ({
  ...presentLink(row),
  guardian: guardian(row),
  child: child(row),
  revokedAt: isoOrNull(date(row.revoked_at)),
});
