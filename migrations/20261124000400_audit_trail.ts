import { Migration } from '@mikro-orm/migrations';

export class AuditTrail extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table audit_logs (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid,
  organization_id uuid,
  action text not null,
  resource_type text,
  resource_id uuid,
  description text,
  old_values jsonb,
  new_values jsonb,
  metadata jsonb not null default '{}'::jsonb,
  ip_address inet,
  user_agent text,
  session_id uuid,
  request_id text,
  severity text not null default 'medium',
  category text not null default 'data_change',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_severity_check check (severity in ('low', 'medium', 'high', 'critical')),
  constraint audit_logs_category_check check (category in ('authentication', 'authorization', 'data_change', 'system', 'security'))
) partition by range (id);

create table audit_logs_default partition of audit_logs default;

select lectern_ensure_partitions('audit_logs', 0, 3);

alter table audit_logs add constraint audit_logs_user_id_foreign foreign key (user_id) references users (id) on delete set null;

alter table audit_logs add constraint audit_logs_organization_id_foreign foreign key (organization_id) references organizations (id) on delete set null;

create index audit_logs_user_id_id_index on audit_logs (user_id, id);

create index audit_logs_organization_id_id_index on audit_logs (organization_id, id);

create index audit_logs_action_id_index on audit_logs (action, id);

create index audit_logs_resource_type_resource_id_index on audit_logs (resource_type, resource_id);

create index audit_logs_severity_index on audit_logs (severity);

create index audit_logs_category_id_index on audit_logs (category, id);

create index audit_logs_created_at_index on audit_logs (created_at);

create trigger audit_logs_append_only before update or delete on audit_logs for each row execute function lectern_append_only();
`);
  }
}
