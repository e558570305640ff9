import { dayAndTime, instantOf } from '../kernel/i18n/format.ts';
import type { ScheduleInput } from './queries.ts';

/** What stands in the form's fields, as the fields want it. */
export interface ScheduleDraft {
  title: string;
  description: string;
  /** `YYYY-MM-DD` and `HH:MM` in the viewer's own time zone. */
  date: string;
  time: string;
  minutes: number;
}

/** An empty form: the next full quarter of an hour, for a school hour. */
export function newDraft(): ScheduleDraft {
  const quarter = 15 * 60_000;
  const next = Math.ceil((Date.now() + 60_000) / quarter) * quarter;
  return {
    title: '',
    description: '',
    ...dayAndTime(next),
    minutes: 45,
  };
}

/** The request, or null while something required is missing. */
export function draftToInput({
  title,
  description,
  date,
  time,
  minutes,
}: ScheduleDraft): ScheduleInput | null {
  const moment = instantOf({ date, time });
  if (title.trim() === '' || !moment) return null;
  return {
    title: title.trim(),
    description: description.trim() || null,
    scheduledAt: moment.toISOString(),
    durationMinutes: minutes,
  };
}
