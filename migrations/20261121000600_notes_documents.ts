import { Migration } from '@mikro-orm/migrations';

export class NotesDocuments extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table note_documents (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid not null,
  scope text not null,
  live_session_id uuid,
  course_id uuid,
  owner_id uuid not null,
  title text not null,
  default_access text not null default 'edit',
  is_primary boolean not null default true,
  is_locked boolean not null default false,
  locked_by uuid,
  locked_at timestamptz,
  last_seq bigint not null default 0,
  snapshot_seq bigint not null default 0,
  size_bytes bigint not null default 0,
  plain_text text not null default '',
  last_edited_by uuid,
  last_edited_at timestamptz,
  search tsvector generated always as (lectern_tsv(title, plain_text)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint note_documents_pkey primary key (id),
  constraint note_documents_scope_check check (scope in ('live_session', 'breakout_room', 'lesson', 'course', 'personal')),
  constraint note_documents_default_access_check check (default_access in ('none', 'view', 'edit')),
  constraint note_documents_scope_target_check check (case scope when 'live_session' then live_session_id is not null when 'course' then course_id is not null else true end),
  constraint note_documents_seqs_check check (snapshot_seq <= last_seq)
);

create table note_updates (
  id uuid not null default lectern_uuid_v7(),
  document_id uuid not null,
  seq bigint not null,
  update_data bytea not null,
  user_id uuid,
  client_id bigint,
  origin text not null default 'client',
  created_at timestamptz not null default now(),
  constraint note_updates_pkey primary key (id),
  constraint note_updates_origin_check check (origin in ('client', 'server', 'restore', 'import')),
  constraint note_updates_size_check check (octet_length(update_data) <= 1048576)
);

create table note_snapshots (
  id uuid not null default lectern_uuid_v7(),
  document_id uuid not null,
  seq bigint not null,
  state bytea not null,
  state_vector bytea not null,
  size_bytes integer not null,
  created_at timestamptz not null default now(),
  constraint note_snapshots_pkey primary key (id)
);

alter table note_documents add constraint note_documents_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table note_documents add constraint note_documents_live_session_id_foreign foreign key (live_session_id) references live_sessions (id) on delete cascade;

alter table note_documents add constraint note_documents_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;

alter table note_documents add constraint note_documents_owner_id_foreign foreign key (owner_id) references users (id) on delete restrict;

alter table note_documents add constraint note_documents_locked_by_foreign foreign key (locked_by) references users (id) on delete set null;

alter table note_documents add constraint note_documents_last_edited_by_foreign foreign key (last_edited_by) references users (id) on delete set null;

alter table note_updates add constraint note_updates_document_id_foreign foreign key (document_id) references note_documents (id) on delete cascade;

alter table note_updates add constraint note_updates_user_id_foreign foreign key (user_id) references users (id) on delete set null;

alter table note_snapshots add constraint note_snapshots_document_id_foreign foreign key (document_id) references note_documents (id) on delete cascade;

create unique index note_documents_live_session_id_unique on note_documents (live_session_id) where scope = 'live_session' and is_primary and deleted_at is null;

create index note_documents_course_id_index on note_documents (course_id);

create index note_documents_owner_id_updated_at_index on note_documents (owner_id, updated_at);

create index note_documents_search_index on note_documents using gin (search);

create index note_documents_organization_id_index on note_documents (organization_id);

create index note_documents_live_session_id_index on note_documents (live_session_id);

create index note_documents_locked_by_index on note_documents (locked_by);

create index note_documents_last_edited_by_index on note_documents (last_edited_by);

alter table note_updates add constraint note_updates_document_id_seq_unique unique (document_id, seq);

create index note_updates_user_id_index on note_updates (user_id);

alter table note_snapshots add constraint note_snapshots_document_id_seq_unique unique (document_id, seq);
`);
  }
}
