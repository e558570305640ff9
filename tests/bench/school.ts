import { randomUUID } from 'node:crypto';
import { signAccessToken } from '../../server/identity/sessions/authenticator.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { createTokens } from '../../server/kernel/tokens.ts';
import type { Tokens } from '../../server/kernel/tokens.ts';
import { createClass, createCourse, createUser, enroll, sql } from '../support/factories.ts';
import type { Database } from './servers/database.ts';

/** Somebody who is signed in. Signing in is not what the bench measures, so the rows are written past the server. */
export interface Person {
  id: string;
  email: string;
  authSessionId: string;
}

export interface ClassRoom {
  sessionId: string;
  noteId: string;
}

/** One school for all scenarios: a teacher and students who are signed in and enrolled. Each round has a class of its own. */
export class School {
  readonly teacher: Person;
  readonly students: Person[];
  readonly #database: Database;
  readonly #courseId: string;
  readonly #tokens: Tokens;

  private constructor(database: Database, courseId: string, teacher: Person, students: Person[]) {
    this.#database = database;
    this.#courseId = courseId;
    this.teacher = teacher;
    this.students = students;
    this.#tokens = createTokens([database.jwtKey], systemClock);
  }

  static async found(database: Database, size: number): Promise<School> {
    const { url } = database;
    const teacherId = await createUser(url, {
      email: 'teacher@bench.lectern',
      displayName: 'Ada Teacher',
      role: 'instructor',
    });
    const firstId = await createUser(url, { email: 'student1@bench.lectern', displayName: 'Student 1' });
    await sql(
      url,
      `insert into users (code, primary_role_id, email, password_hash, first_name, display_name, status)
       select 'BEN' || lpad(n::text, 4, '0'), f.primary_role_id, 'student' || n || '@bench.lectern', f.password_hash, 'Student ' || n, 'Student ' || n, 'active'
       from users f, generate_series(2, $2) n where f.id = $1`,
      [firstId, size],
    );
    await sql(
      url,
      `insert into organization_memberships (user_id, organization_id, is_primary)
       select u.id, o.id, true from users u, organizations o where u.code like 'BEN%' and o.slug = 'default'`,
    );
    const courseId = await createCourse(url, teacherId);
    await enroll(url, firstId, courseId);
    await sql(
      url,
      `insert into enrollments (organization_id, user_id, course_id)
       select c.organization_id, u.id, c.id from courses c, users u where c.id = $1 and u.code like 'BEN%'`,
      [courseId],
    );
    const people = await sql<Person>(
      url,
      `with made as (
         insert into auth_sessions (user_id, is_exclusive, expires_at)
         select id, false, now() + interval '1 day' from users where email like '%@bench.lectern' returning id, user_id
       ) select u.id, u.email, made.id as "authSessionId" from made join users u on u.id = made.user_id order by u.email`,
    );
    const isTeacher = ({ id }: Person): boolean => id === teacherId;
    return new School(
      database,
      courseId,
      people.find(isTeacher) as Person,
      people.filter((one) => !isTeacher(one)),
    );
  }

  /**
   * A class that is running, with a note.
   * @param admitted how many students have been in it already: who has never joined may not write into its note
   */
  async openClass(admitted = 0): Promise<ClassRoom> {
    const { url } = this.#database;
    await this.#endClasses();
    const room = await createClass(url, { courseId: this.#courseId, teacherId: this.teacher.id });
    await sql(
      url,
      `insert into live_session_participants (session_id, user_id, role, admission, admitted_at, joined_at)
       select $1, u, 'attendee', 'admitted', now(), now() from unnest($2::uuid[]) u`,
      [room.sessionId, this.students.slice(0, admitted).map(({ id }) => id)],
    );
    return room;
  }

  /** After a restart a server sees off whoever was in a class; those of an earlier round would cost this one. */
  async #endClasses(): Promise<void> {
    await sql(
      this.#database.url,
      `with ended as (update live_sessions set status = 'ended', ended_at = now() where status = 'live')
       update live_attendance_intervals set left_at = now() where left_at is null`,
    );
  }

  accessToken({ id, authSessionId }: Person): string {
    return signAccessToken(
      { tokens: this.#tokens, ids: randomIds },
      { userId: id, sessionId: authSessionId, tokenVersion: 0 },
    ).token;
  }

  /** Where that person opens that note, with acknowledgements after the commit. */
  noteUrl(server: string, person: Person, noteId: string): string {
    const claims = {
      sub: person.id,
      sid: person.authSessionId,
      doc: noteId,
      name: 'Student',
      jti: randomUUID(),
    };
    const { token } = this.#tokens.sign('note', claims, 3600);
    return `${server.replace(/^http/, 'ws')}/notes/${noteId}?token=${token}&ack=1`;
  }
}
