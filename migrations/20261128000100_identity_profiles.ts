import { Migration } from '@mikro-orm/migrations';

export class IdentityProfiles extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table user_interests (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  interest_name text not null,
  priority smallint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_interests_pkey primary key (id)
);

create table user_follows (
  id uuid not null default lectern_uuid_v7(),
  follower_id uuid not null,
  followee_id uuid not null,
  created_at timestamptz not null default now(),
  constraint user_follows_pkey primary key (id),
  constraint user_follows_not_self_check check (follower_id <> followee_id)
);

alter table user_interests add constraint user_interests_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table user_follows add constraint user_follows_follower_id_foreign foreign key (follower_id) references users (id) on delete cascade;

alter table user_follows add constraint user_follows_followee_id_foreign foreign key (followee_id) references users (id) on delete cascade;

create unique index user_interests_user_id_interest_name_unique on user_interests (user_id, interest_name) where interest_name is not null;

create index user_interests_user_id_priority_index on user_interests (user_id, priority);

alter table user_follows add constraint user_follows_follower_id_followee_id_unique unique (follower_id, followee_id);

create index user_follows_followee_id_created_at_index on user_follows (followee_id, created_at);
`);
  }
}
