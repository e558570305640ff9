import { Migration } from '@mikro-orm/migrations';

/** Functions that later migrations and the retention jobs call. */
export class KernelPrelude extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- UUIDv7 for raw SQL; the application generates its own.
create function lectern_uuid_v7() returns uuid language sql volatile parallel safe as $$
  select encode(set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

-- Smallest id of an instant: partition bounds, and time filters that prune (id >= lectern_uuid_v7_floor(now() - '1 day')).
create function lectern_uuid_v7_floor(ts timestamptz) returns uuid language sql immutable strict parallel safe as $$
  select (lpad(to_hex(floor(extract(epoch from ts) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

create function lectern_uuid_v7_time(id uuid) returns timestamptz language sql immutable strict parallel safe as $$
  select to_timestamp(('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0)
$$;

-- Weighted bilingual vector; inputs are cut so that a long lesson cannot exceed the 1 MiB tsvector limit.
create function lectern_tsv(a text, b text default null, c text default null) returns tsvector
language sql immutable parallel safe as $$
  select setweight(to_tsvector('simple'::regconfig,  left(coalesce(a, ''), 20000)), 'A')
      || setweight(to_tsvector('english'::regconfig, left(coalesce(a, ''), 20000)), 'A')
      || setweight(to_tsvector('simple'::regconfig,  left(coalesce(b, ''), 60000)), 'B')
      || setweight(to_tsvector('english'::regconfig, left(coalesce(b, ''), 60000)), 'B')
      || setweight(to_tsvector('simple'::regconfig,  left(coalesce(c, ''), 100000)), 'C')
      || setweight(to_tsvector('english'::regconfig, left(coalesce(c, ''), 100000)), 'C')
$$;

-- Append-only guard. Foreign-key actions (set null / cascade) run inside a trigger, hence depth > 1, and may pass.
create function lectern_append_only() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() > 1 then
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end if;
  raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

-- Monthly partitions by UUIDv7 range; idempotent, run by the job partitions.ensure (daily, 3 months ahead).
create function lectern_ensure_partitions(parent text, months_back int default 0, months_ahead int default 3)
returns int language plpgsql as $$
declare m timestamptz; child text; made int := 0;
begin
  for m in select generate_series(date_trunc('month', now() at time zone 'UTC') - make_interval(months => months_back),
                                  date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead),
                                  interval '1 month') at time zone 'UTC' loop
    child := format('%s_p%s', parent, to_char(m at time zone 'UTC', 'YYYYMM'));
    if to_regclass(child) is null then
      execute format('create table %I partition of %I for values from (%L) to (%L)', child, parent,
                     lectern_uuid_v7_floor(m), lectern_uuid_v7_floor((m at time zone 'UTC' + interval '1 month') at time zone 'UTC'));
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

-- Retention: drops partitions that lie wholly before the cut-off.
create function lectern_drop_partitions(parent text, before timestamptz) returns int language plpgsql as $$
declare child text; n int := 0;
begin
  for child in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
               where i.inhparent = to_regclass(parent) and c.relname ~ ('^' || parent || '_p[0-9]{6}$') loop
    if to_date(right(child, 6), 'YYYYMM') + interval '1 month' <= before at time zone 'UTC' then
      execute format('drop table %I', child);
      n := n + 1;
    end if;
  end loop;
  return n;
end $$;

-- Human user codes: STU10001, INS10002 ... (prefix by primary role, one shared sequence).
create sequence user_code_seq start 10001;
`);
  }
}
