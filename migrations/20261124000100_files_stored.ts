import { Migration } from '@mikro-orm/migrations';

export class FilesStored extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table files (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  user_id uuid not null,
  filename text not null,
  original_filename text not null,
  mime_type text not null,
  size_bytes bigint not null,
  sha256 text,
  file_type text not null default 'other',
  storage_driver text not null default 'local',
  storage_bucket text,
  storage_key text not null,
  public_url text,
  status text not null default 'uploading',
  is_public boolean not null default false,
  is_temporary boolean not null default false,
  expires_at timestamptz,
  download_count integer not null default 0,
  last_downloaded_at timestamptz,
  virus_scan_status text not null default 'pending',
  virus_scan_at timestamptz,
  virus_scan_details text,
  metadata jsonb not null default '{}'::jsonb,
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint files_pkey primary key (id),
  constraint files_file_type_check check (file_type in ('image', 'video', 'audio', 'document', 'archive', 'other')),
  constraint files_status_check check (status in ('uploading', 'stored', 'quarantined', 'failed', 'purged')),
  constraint files_virus_scan_status_check check (virus_scan_status in ('pending', 'clean', 'infected', 'error')),
  constraint files_size_check check (size_bytes >= 0)
);

alter table files add constraint files_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table files add constraint files_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

create unique index files_storage_driver_storage_bucket_storage_key_unique on files (storage_driver, storage_bucket, storage_key) where storage_bucket is not null;

create unique index files_storage_driver_storage_key_unique on files (storage_driver, storage_key) where storage_bucket is null;

create index files_organization_id_index on files (organization_id);

create index files_user_id_created_at_index on files (user_id, created_at);

create index files_sha256_index on files (sha256);

create index files_file_type_index on files (file_type);

create index files_expires_at_index on files (expires_at) where expires_at is not null;

create index files_virus_scan_status_index on files (virus_scan_status);

alter table users add column avatar_file_id uuid;
alter table organizations add column logo_file_id uuid;
alter table users add constraint users_avatar_file_id_foreign foreign key (avatar_file_id) references files (id) on delete set null;
alter table organizations add constraint organizations_logo_file_id_foreign foreign key (logo_file_id) references files (id) on delete set null;
create index users_avatar_file_id_index on users (avatar_file_id);
create index organizations_logo_file_id_index on organizations (logo_file_id);
`);
  }
}
