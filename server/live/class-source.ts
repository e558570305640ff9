import type { Relation } from '../../shared/identity/permissions.ts';
import { courseColumns, courseEnrollment, relationsInRow } from '../courses/index.ts';
import type { CourseColumns } from '../courses/index.ts';
import type { SubjectFacts, SubjectRow, SubjectSource } from '../identity/index.ts';

interface ClassColumns extends CourseColumns {
  session_id: string;
  course_id: string | null;
  host_id: string;
  session_status: string;
  participant_role: string | null;
  admission: string | null;
  is_guest: boolean | null;
}

const columns = `s.organization_id, s.id as session_id, s.course_id, s.host_id, s.status as session_status, ${courseColumns},
  p.role as participant_role, p.admission, p.guest_since is not null and p.guest_ended_at is null as is_guest`;
const joins = `left join courses c on c.id = s.course_id and c.deleted_at is null ${courseEnrollment}
  left join live_session_participants p on p.session_id = s.id and p.user_id = :user`;

function readClass(row: ClassColumns, userId: string, now: Date): SubjectFacts {
  const relations: Relation[] = relationsInRow(row, userId, now);
  if (row.host_id === userId) relations.push('live_session.host');
  if (row.is_guest) relations.push('live_session.guest');
  if (row.session_status === 'live' && row.admission === 'admitted' && row.participant_role === 'attendee')
    relations.push('live_session.participant');
  return {
    contexts: [
      { type: 'live_session', id: row.session_id },
      ...(row.course_id === null ? [] : [{ type: 'course', id: row.course_id }]),
    ],
    relations,
  };
}

/** How rights see a class: by itself and by its course. */
export const classSource: SubjectSource<SubjectRow & ClassColumns> = {
  sql: `select s.id, ${columns} from live_sessions s ${joins} where s.id = any(:ids::uuid[]) and s.deleted_at is null`,
  read: readClass,
};

/** How rights see the note of a class: as its class. */
export const noteSource: SubjectSource<SubjectRow & ClassColumns> = {
  sql: `select d.id, ${columns} from note_documents d join live_sessions s on s.id = d.live_session_id and s.deleted_at is null ${joins}
    where d.id = any(:ids::uuid[]) and d.scope = 'live_session' and d.deleted_at is null`,
  read: readClass,
};
