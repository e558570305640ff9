import type { AuditCategory, AuditSeverity } from '../../shared/audit/contract.ts';
import type { Actor } from '../kernel/actor.ts';

/** Something that was done. Values hold no secrets, and of a change only the fields that changed. */
export interface AuditEntry {
  /** Null: nobody was signed in (a failed sign-in). */
  actor: Actor | null;
  /** `<resource>.<what happened>`, such as `user.suspended`, `session.opened`, `role.assigned`. */
  action: string;
  category: AuditCategory;
  /** `medium` unless told. */
  severity?: AuditSeverity;
  /** Left out: the organization the actor works in. Null: the installation itself. */
  organizationId?: string | null;
  resourceType?: string;
  resourceId?: string;
  description?: string;
  old?: Record<string, unknown>;
  new?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Words to find entries by, such as `gdpr`. Of ours: they are chained and never erased. */
  tags?: string[];
}
