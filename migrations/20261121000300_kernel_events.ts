import { Migration } from '@mikro-orm/migrations';

export class KernelEvents extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table outbox_events (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  aggregate_type text not null,
  aggregate_id uuid not null,
  event_type text not null,
  payload jsonb not null,
  published_at timestamptz,
  attempts smallint not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  constraint outbox_events_pkey primary key (id)
);

create table room_heads (
  room text not null,
  seq bigint not null default 0,
  updated_at timestamptz not null default now(),
  constraint room_heads_pkey primary key (room)
);

create table room_log (
  room text not null,
  seq bigint not null,
  type text not null,
  payload jsonb not null,
  audience jsonb,
  emitted_at timestamptz not null default now(),
  constraint room_log_pkey primary key (room, seq)
);

create table idempotency_keys (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  idem_key text not null,
  method text not null,
  path text not null,
  request_hash bytea not null,
  response_status integer,
  response_body jsonb,
  completed_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (id)
);

alter table outbox_events add constraint outbox_events_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table idempotency_keys add constraint idempotency_keys_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

create index outbox_events_id_index on outbox_events (id) where published_at is null;

create index outbox_events_aggregate_type_aggregate_id_id_index on outbox_events (aggregate_type, aggregate_id, id);

create index outbox_events_published_at_index on outbox_events (published_at) where published_at is not null;

create index outbox_events_organization_id_index on outbox_events (organization_id);

create index room_log_emitted_at_index on room_log (emitted_at);

alter table idempotency_keys add constraint idempotency_keys_user_id_idem_key_unique unique (user_id, idem_key);

create index idempotency_keys_expires_at_index on idempotency_keys (expires_at);
`);
  }
}
