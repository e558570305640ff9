import { Migration } from '@mikro-orm/migrations';

export class CoursesCatalogue extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- What is in the catalogue, in its order.
create index courses_organization_id_published_at_id_index on courses (organization_id, published_at, id)
  where deleted_at is null and status = 'published' and visibility <> 'private' and pricing_type = 'free';

create index courses_lower_code_index on courses (lower(code) collate "C") where code is not null and deleted_at is null;

create index courses_subtitle_search_index on courses using gin (lectern_tsv(subtitle));

-- Who waits for an answer, in the order in which they asked.
create index enrollments_course_id_enrolled_at_id_index on enrollments (course_id, enrolled_at, id) where status = 'pending_approval' and deleted_at is null;
`);
  }
}
