import { Migration } from '@mikro-orm/migrations';

export class LiveGuard extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- When the present lesson began, where that is not started_at: reopened after the planned end of the one before.
alter table live_sessions add column resumed_at timestamptz;

-- Since when nobody leads the class; null while somebody does. And since when it has locked itself for that.
alter table live_sessions add column unled_since timestamptz;
alter table live_sessions add column guarded_at timestamptz;

-- The place of a line is that of its fact, for everybody and at any time. Lines from before this column come first, by id.
alter table live_chat_messages add column seq bigint not null default 0;

create index live_chat_messages_session_id_seq_id_index on live_chat_messages (session_id, seq, id);

drop index live_chat_messages_session_id_id_index;
`);
  }
}
