import { Migration } from '@mikro-orm/migrations';

export class LiveGuests extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- Since when somebody is a guest of this one class, and when they were taken out again.
alter table live_session_participants add column guest_since timestamptz;
alter table live_session_participants add column guest_ended_at timestamptz;

create index live_session_participants_guest_index on live_session_participants (user_id, session_id) where guest_since is not null and guest_ended_at is null;
`);
  }
}
