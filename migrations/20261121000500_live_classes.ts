import { Migration } from '@mikro-orm/migrations';

export class LiveClasses extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table live_sessions (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid not null,
  course_id uuid,
  host_id uuid not null,
  title text not null,
  description text,
  scheduled_at timestamptz not null,
  duration_minutes integer not null default 60,
  status text not null default 'scheduled',
  started_at timestamptz,
  ended_at timestamptz,
  ended_by uuid,
  cancelled_at timestamptz,
  cancel_reason text,
  join_code text,
  lobby_enabled boolean not null default false,
  is_locked boolean not null default false,
  max_participants integer,
  floor_user_id uuid,
  chat_mode text not null default 'everyone',
  allow_private_chat boolean not null default false,
  allow_attendee_audio boolean not null default true,
  allow_attendee_video boolean not null default true,
  allow_attendee_screen boolean not null default false,
  allow_hand_raise boolean not null default true,
  auto_record boolean not null default false,
  recording_consent_required boolean not null default true,
  attendance_min_percent numeric(5,2) not null default 75,
  late_after_minutes integer not null default 10,
  peak_participants integer not null default 0,
  reminder_sent_at timestamptz,
  external_meeting_url text,
  settings jsonb not null default '{}'::jsonb,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint live_sessions_pkey primary key (id),
  constraint live_sessions_status_check check (status in ('scheduled', 'live', 'ended', 'cancelled')),
  constraint live_sessions_chat_mode_check check (chat_mode in ('everyone', 'hosts_only', 'disabled')),
  constraint live_sessions_attendance_min_percent_check check (attendance_min_percent >= 0 and attendance_min_percent <= 100),
  constraint live_sessions_duration_check check (duration_minutes >= 1 and duration_minutes <= 1440),
  constraint live_sessions_running_check check (status <> 'live' or started_at is not null)
);

create table live_session_participants (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  user_id uuid not null,
  role text not null default 'attendee',
  admission text not null default 'invited',
  admitted_by uuid,
  admitted_at timestamptz,
  removed_by uuid,
  removed_at timestamptz,
  removal_reason text,
  joined_at timestamptz,
  left_at timestamptz,
  total_seconds integer not null default 0,
  can_publish_audio boolean,
  can_publish_video boolean,
  can_publish_screen boolean,
  recording_consent_at timestamptz,
  attendance text,
  attendance_set_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint live_session_participants_pkey primary key (id),
  constraint live_session_participants_role_check check (role in ('host', 'co_host', 'presenter', 'attendee', 'observer')),
  constraint live_session_participants_admission_check check (admission in ('invited', 'waiting', 'admitted', 'denied', 'removed')),
  constraint live_session_participants_attendance_check check (attendance in ('present', 'late', 'partial', 'absent', 'excused'))
);

create table live_attendance_intervals (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  participant_id uuid not null,
  joined_at timestamptz not null default now(),
  left_at timestamptz,
  last_seen_at timestamptz not null default now(),
  leave_reason text,
  ip_address inet,
  user_agent text,
  constraint live_attendance_intervals_pkey primary key (id),
  constraint live_attendance_intervals_leave_reason_check check (leave_reason in ('left', 'disconnected', 'removed', 'moved', 'replaced', 'session_ended'))
);

create table live_chat_messages (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  sender_id uuid,
  recipient_id uuid,
  is_private boolean not null default false,
  kind text not null default 'text',
  content text not null,
  reply_to_id uuid,
  is_pinned boolean not null default false,
  edited_at timestamptz,
  hidden_at timestamptz,
  hidden_by uuid,
  hidden_reason text,
  created_at timestamptz not null default now(),
  constraint live_chat_messages_pkey primary key (id),
  constraint live_chat_messages_kind_check check (kind in ('text', 'file', 'system')),
  constraint live_chat_messages_length_check check (length(content) <= 4000)
) partition by range (id);

create table live_hand_raises (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  participant_id uuid not null,
  raised_at timestamptz not null default now(),
  lowered_at timestamptz,
  lowered_by uuid,
  resolution text,
  constraint live_hand_raises_pkey primary key (id),
  constraint live_hand_raises_resolution_check check (resolution in ('lowered_self', 'lowered_host', 'granted', 'left', 'session_ended'))
);

create table live_session_events (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  actor_id uuid,
  target_user_id uuid,
  event_type text not null,
  payload jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  constraint live_session_events_pkey primary key (id),
  constraint live_session_events_type_format_check check (event_type ~ '^[a-z_]+([.][a-z_]+)*$')
) partition by range (id);

alter table live_sessions add constraint live_sessions_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table live_sessions add constraint live_sessions_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;

alter table live_sessions add constraint live_sessions_host_id_foreign foreign key (host_id) references users (id) on delete restrict;

alter table live_sessions add constraint live_sessions_ended_by_foreign foreign key (ended_by) references users (id) on delete set null;

alter table live_sessions add constraint live_sessions_created_by_foreign foreign key (created_by) references users (id) on delete restrict;

alter table live_session_participants add constraint live_session_participants_session_id_foreign foreign key (session_id) references live_sessions (id) on delete cascade;

alter table live_session_participants add constraint live_session_participants_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table live_session_participants add constraint live_session_participants_admitted_by_foreign foreign key (admitted_by) references users (id) on delete set null;

alter table live_session_participants add constraint live_session_participants_removed_by_foreign foreign key (removed_by) references users (id) on delete set null;

alter table live_session_participants add constraint live_session_participants_attendance_set_by_foreign foreign key (attendance_set_by) references users (id) on delete set null;

alter table live_attendance_intervals add constraint live_attendance_intervals_session_id_foreign foreign key (session_id) references live_sessions (id) on delete cascade;

alter table live_attendance_intervals add constraint live_attendance_intervals_participant_id_foreign foreign key (participant_id) references live_session_participants (id) on delete cascade;

alter table live_chat_messages add constraint live_chat_messages_session_id_foreign foreign key (session_id) references live_sessions (id) on delete cascade;

alter table live_chat_messages add constraint live_chat_messages_sender_id_foreign foreign key (sender_id) references users (id) on delete set null;

alter table live_chat_messages add constraint live_chat_messages_recipient_id_foreign foreign key (recipient_id) references users (id) on delete set null;

alter table live_chat_messages add constraint live_chat_messages_hidden_by_foreign foreign key (hidden_by) references users (id) on delete set null;

alter table live_hand_raises add constraint live_hand_raises_session_id_foreign foreign key (session_id) references live_sessions (id) on delete cascade;

alter table live_hand_raises add constraint live_hand_raises_participant_id_foreign foreign key (participant_id) references live_session_participants (id) on delete cascade;

alter table live_hand_raises add constraint live_hand_raises_lowered_by_foreign foreign key (lowered_by) references users (id) on delete set null;

alter table live_session_events add constraint live_session_events_session_id_foreign foreign key (session_id) references live_sessions (id) on delete cascade;

alter table live_session_events add constraint live_session_events_actor_id_foreign foreign key (actor_id) references users (id) on delete set null;

alter table live_session_events add constraint live_session_events_target_user_id_foreign foreign key (target_user_id) references users (id) on delete set null;

create unique index live_sessions_join_code_unique on live_sessions (join_code) where join_code is not null and status in ('scheduled', 'live');

create index live_sessions_course_id_scheduled_at_index on live_sessions (course_id, scheduled_at);

create index live_sessions_host_id_scheduled_at_index on live_sessions (host_id, scheduled_at);

create index live_sessions_status_scheduled_at_index on live_sessions (status, scheduled_at);

create index live_sessions_scheduled_at_index on live_sessions (scheduled_at);

create index live_sessions_organization_id_index on live_sessions (organization_id);

create index live_sessions_ended_by_index on live_sessions (ended_by);

create index live_sessions_created_by_index on live_sessions (created_by);

alter table live_session_participants add constraint live_session_participants_session_id_user_id_unique unique (session_id, user_id);

create index live_session_participants_user_id_joined_at_index on live_session_participants (user_id, joined_at);

create index live_session_participants_session_id_admission_index on live_session_participants (session_id, admission);

create index live_session_participants_admitted_by_index on live_session_participants (admitted_by);

create index live_session_participants_removed_by_index on live_session_participants (removed_by);

create index live_session_participants_attendance_set_by_index on live_session_participants (attendance_set_by);

create unique index live_attendance_intervals_participant_id_unique on live_attendance_intervals (participant_id) where left_at is null;

create index live_attendance_intervals_session_id_joined_at_index on live_attendance_intervals (session_id, joined_at);

create index live_attendance_intervals_participant_id_joined_at_index on live_attendance_intervals (participant_id, joined_at);

create index live_attendance_intervals_last_seen_at_index on live_attendance_intervals (last_seen_at) where left_at is null;


create table live_chat_messages_default partition of live_chat_messages default;
select lectern_ensure_partitions('live_chat_messages', 0, 3);

create index live_chat_messages_session_id_id_index on live_chat_messages (session_id, id);

create index live_chat_messages_sender_id_index on live_chat_messages (sender_id);

create index live_chat_messages_recipient_id_index on live_chat_messages (recipient_id);

create index live_chat_messages_hidden_by_index on live_chat_messages (hidden_by);

create unique index live_hand_raises_participant_id_unique on live_hand_raises (participant_id) where lowered_at is null;

create index live_hand_raises_session_id_raised_at_index on live_hand_raises (session_id, raised_at);

create index live_hand_raises_participant_id_index on live_hand_raises (participant_id);

create index live_hand_raises_lowered_by_index on live_hand_raises (lowered_by);


create table live_session_events_default partition of live_session_events default;
select lectern_ensure_partitions('live_session_events', 0, 3);

create index live_session_events_session_id_id_index on live_session_events (session_id, id);

create index live_session_events_actor_id_index on live_session_events (actor_id);

create index live_session_events_target_user_id_index on live_session_events (target_user_id);

create trigger live_session_events_append_only before update or delete on live_session_events for each row execute function lectern_append_only();

alter table live_sessions add constraint live_sessions_floor_user_id_foreign foreign key (floor_user_id) references users (id) on delete set null;
create index live_sessions_floor_user_id_index on live_sessions (floor_user_id);
`);
  }
}
