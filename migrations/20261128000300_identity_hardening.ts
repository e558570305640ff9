import { Migration } from '@mikro-orm/migrations';

export class IdentityHardening extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- A proof that was never sent, because nobody has the address or may not have one now: it waits, counts and ends like the
-- others. It belongs to nobody, and its key is a keyed hash of the address.
alter table verification_tokens alter column user_id drop not null;

alter table verification_tokens add column phantom_key bytea;

alter table verification_tokens add constraint verification_tokens_subject_check check (num_nonnulls(user_id, phantom_key) = 1);

create unique index verification_tokens_phantom_key_purpose_kind_unique on verification_tokens (phantom_key, purpose, kind) where used_at is null and invalidated_at is null;

create index verification_tokens_phantom_key_purpose_index on verification_tokens (phantom_key, purpose) where phantom_key is not null;

-- Wrong passwords and codes for what nobody is known by, by a keyed hash of it: it locks like an account.
create table phantom_lockouts (
  key bytea not null,
  failures integer not null default 0,
  locked_until timestamptz,
  updated_at timestamptz not null default now(),
  constraint phantom_lockouts_pkey primary key (key)
);

create index phantom_lockouts_updated_at_index on phantom_lockouts (updated_at);

-- An account that was suspended or put to rest before its address was confirmed waits for that again afterwards.
alter table users add column confirm_on_return boolean not null default false;
`);
  }
}
