import { Migration } from '@mikro-orm/migrations';

export class IdentitySkills extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- Words as they are searched: capital or small letters are the same.
create function lectern_folded(words text[]) returns text[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg(lower(word)), '{}') from unnest(words) word
$$;

drop index user_profiles_skills_index;

create index user_profiles_skills_index on user_profiles using gin (lectern_folded(skills));
`);
  }
}
