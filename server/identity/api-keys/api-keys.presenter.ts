import type { ApiKeyView, OwnedApiKeyView } from '../../../shared/identity/api-keys.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { ApiKeyRow } from './api-keys.repository.ts';

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

/** A key as its owner sees it. */
export const presentKey = (row: ApiKeyRow): ApiKeyView => ({
  id: row.id,
  name: row.name,
  prefix: row.key_prefix,
  permissions: row.permissions,
  allowedIps: row.allowed_ips,
  rateLimitPerMinute: row.rate_limit_per_minute,
  createdAt: iso(new Date(row.created_at)),
  expiresAt: isoOrNull(date(row.expires_at)),
  lastUsedAt: isoOrNull(date(row.last_used_at)),
  usageCount: Number(row.usage_count),
  organizationId: row.organization_id,
});

/** A key as its organization sees it. */
export const presentOwnedKey = (row: ApiKeyRow): OwnedApiKeyView => ({
  ...presentKey(row),
  owner: { id: row.owner_id, displayName: row.owner_name },
});
