import type { LiveSessionView } from '../../shared/live/contract.ts';
import { ClassRow } from './class-row.tsx';
import classes from './courses.module.css';

interface ClassListProps {
  classes: readonly (LiveSessionView & { courseTitle?: string | null })[];
  /** With the date, where the list is not of one day. */
  dated?: boolean;
}

export function ClassList({ classes: sessions, dated = false }: ClassListProps) {
  return (
    <ul className={classes.list}>
      {sessions.map((session) => (
        <ClassRow key={session.id} session={session} dated={dated} />
      ))}
    </ul>
  );
}
