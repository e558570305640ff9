import type { AuditEntryView } from '../../shared/audit/contract.ts';
import type { EntryRow } from './audit.repository.ts';

const instantOf = (value: Date | string): string => new Date(value).toISOString();

/** Tag of what the server did by itself. */
export const systemTag = 'system';

export const presentEntry = (row: EntryRow): AuditEntryView => ({
  id: row.id,
  at: instantOf(row.created_at),
  actor: row.user_id === null ? null : { id: row.user_id, displayName: row.actor_name ?? '' },
  bySystem: row.user_id === null && row.tags.includes(systemTag),
  action: row.action,
  category: row.category,
  severity: row.severity,
  organization:
    row.organization_id === null ? null : { id: row.organization_id, name: row.organization_name ?? '' },
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  resourceName: row.resource_name,
  description: row.description,
  old: row.old_values,
  new: row.new_values,
  metadata: row.metadata ?? {},
  detailsErased: row.details_erased_at !== null,
  ipAddress: row.ip_address,
  userAgent: row.user_agent,
  originErased: row.origin_erased_at !== null,
  authSessionId: row.session_id,
  requestId: row.request_id,
  tags: row.tags.filter((tag) => tag !== systemTag),
});
