import { Migration } from '@mikro-orm/migrations';

/**
 * The chained part of an entry holds ids and words of ours only, so that it never has to change; what tells of a person
 * (values, address, browser) lies beside it and can be erased, since the chain holds no more of it than a salted digest.
 */
export class AuditTrail extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- No foreign keys: what is chained must not change, and outlives what it tells of.
create table audit_logs (
  id uuid not null default lectern_uuid_v7(),
  seq bigint not null,
  user_id uuid,
  organization_id uuid,
  action text not null,
  resource_type text,
  resource_id uuid,
  session_id uuid,
  request_id text,
  severity text not null default 'medium',
  category text not null default 'data_change',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  details_digest bytea not null,
  origin_digest bytea not null,
  mac bytea not null,
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_severity_check check (severity in ('low', 'medium', 'high', 'critical')),
  constraint audit_logs_category_check check (category in ('authentication', 'authorization', 'data_change', 'system', 'security'))
) partition by range (id);

create table audit_logs_default partition of audit_logs default;

select lectern_ensure_partitions('audit_logs', 0, 3);

create index audit_logs_seq_index on audit_logs (seq);

create index audit_logs_user_id_id_index on audit_logs (user_id, id);

create index audit_logs_organization_id_id_index on audit_logs (organization_id, id);

create index audit_logs_action_id_index on audit_logs (action text_pattern_ops, id);

create index audit_logs_resource_type_resource_id_index on audit_logs (resource_type, resource_id);

create index audit_logs_severity_index on audit_logs (severity);

create index audit_logs_category_id_index on audit_logs (category, id);

create index audit_logs_created_at_index on audit_logs (created_at);

create index audit_logs_request_id_index on audit_logs (request_id);

create trigger audit_logs_append_only before update or delete on audit_logs for each row execute function lectern_append_only();

create trigger audit_logs_no_truncate before truncate on audit_logs for each statement execute function lectern_append_only();

-- Two parts that are erased apart: what was changed belongs to whom it is about, where it came from to who did it.
create table audit_log_details (
  audit_log_id uuid not null,
  details_salt bytea,
  old_values jsonb,
  new_values jsonb,
  description text,
  metadata jsonb,
  details_erased_at timestamptz,
  details_erasure_mac bytea,
  origin_salt bytea,
  ip_address inet,
  user_agent text,
  origin_erased_at timestamptz,
  origin_erasure_mac bytea,
  constraint audit_log_details_pkey primary key (audit_log_id),
  constraint audit_log_details_details_check check (
    (details_salt is null) = (details_erased_at is not null)
    and (details_erased_at is null or (old_values is null and new_values is null and description is null and metadata is null))),
  constraint audit_log_details_origin_check check (
    (origin_salt is null) = (origin_erased_at is not null)
    and (origin_erased_at is null or (ip_address is null and user_agent is null)))
) partition by range (audit_log_id);

create table audit_log_details_default partition of audit_log_details default;

select lectern_ensure_partitions('audit_log_details', 0, 3);

-- The only change that details know is to lose one of their parts.
create function audit_log_details_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if new.audit_log_id = old.audit_log_id
      and (new.details_erased_at is not null
        or (new.details_salt, new.old_values, new.new_values, new.description, new.metadata)
           is not distinct from (old.details_salt, old.old_values, old.new_values, old.description, old.metadata))
      and (new.origin_erased_at is not null
        or (new.origin_salt, new.ip_address, new.user_agent) is not distinct from (old.origin_salt, old.ip_address, old.user_agent))
      and (old.details_erased_at is null or new.details_erased_at = old.details_erased_at)
      and (old.origin_erased_at is null or new.origin_erased_at = old.origin_erased_at)
    then
      return new;
    end if;
  end if;
  raise exception 'table % allows erasure only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger audit_log_details_guard before update or delete on audit_log_details for each row execute function audit_log_details_guard();

create trigger audit_log_details_no_truncate before truncate on audit_log_details for each statement execute function lectern_append_only();

-- One row: the end of the chain. Whoever adds to the chain holds its lock until the commit.
create table audit_heads (
  id boolean not null default true,
  chain_id uuid not null default gen_random_uuid(),
  seq bigint not null default 0,
  mac bytea not null default decode(repeat('00', 32), 'hex'),
  constraint audit_heads_pkey primary key (id),
  constraint audit_heads_one_row_check check (id)
);

insert into audit_heads default values;

-- How far the chain had come, signed: 'regular' now and then, 'retention' where old entries were dropped up to that number.
create table audit_checkpoints (
  id uuid not null default lectern_uuid_v7(),
  kind text not null,
  seq bigint not null,
  mac bytea not null,
  signature bytea not null,
  created_at timestamptz not null,
  constraint audit_checkpoints_pkey primary key (id),
  constraint audit_checkpoints_kind_check check (kind in ('regular', 'retention'))
);

create index audit_checkpoints_kind_seq_index on audit_checkpoints (kind, seq);

create trigger audit_checkpoints_append_only before update or delete on audit_checkpoints for each row execute function lectern_append_only();
`);
  }
}
