import type { EntityManager } from '@mikro-orm/postgresql';
import { studentEmail } from './people.ts';

/** Who comes into whose classes as a guest: a colleague into the one that runs, a student of other courses into a later one. */
const guestOf = { running: 'okafor@lectern.test', later: studentEmail(30) } as const;

/** The code on the board of the class that runs. Only members of the demo school can use it. */
const code = 'BQ7KM2XD';

/** Gives a class of the demo a guest, and the one that runs a code. */
export async function addGuests(
  em: EntityManager,
  one: { sessionId: string; kind: keyof typeof guestOf; now: Date },
): Promise<void> {
  if (one.kind === 'running')
    await em.execute('update live_sessions set join_code = ? where id = ?', [code, one.sessionId]);
  await em.execute(
    `insert into live_session_participants (session_id, user_id, guest_since) select ?, id, ? from users where email = ?`,
    [one.sessionId, one.now, guestOf[one.kind]],
  );
}
