import { Migration } from '@mikro-orm/migrations';

export class IdentityRights extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- What stands before the first entry, no entry was ever followed by.
alter table audit_logs add constraint audit_logs_seq_check check (seq > 0);

-- What gives access until then, and is waited for: also what is completed.
create index enrollments_access_expires_at_index on enrollments (expires_at) where expires_at is not null and status in ('enrolled', 'in_progress', 'completed');
`);
  }
}
