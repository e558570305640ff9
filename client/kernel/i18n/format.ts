import { region } from './region.ts';
import type { Region } from './region.ts';
import { instantIn, wallIn } from './zone.ts';

type Instant = string | number | Date;

/** Built when it is first needed, and anew when the viewer's region is another one. */
function inRegion<T>(make: (viewer: Region) => T): () => T {
  let made: { for: Region; it: T } | null = null;
  return () => {
    const viewer = region();
    if (made?.for !== viewer) made = { for: viewer, it: make(viewer) };
    return made.it;
  };
}

function formatter(options: Intl.DateTimeFormatOptions): (instant: Instant) => string {
  const format = inRegion(
    ({ locale, timeZone }) => new Intl.DateTimeFormat(locale, { ...options, timeZone }),
  );
  return (instant) => format().format(new Date(instant));
}

const numbers = inRegion(({ locale }) => new Intl.NumberFormat(locale));

/** "1,234.5", as the viewer's region writes it. */
export const formatNumber = (value: number): string => numbers().format(value);

const languages = inRegion(
  ({ locale }) => new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' }),
);

/** "Portuguese" for `pt`; what is no language tag stays as it is. */
export function formatLanguage(tag: string): string {
  try {
    return languages().of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** "09:30", as the viewer's region writes it. */
export const formatTime = formatter({ hour: '2-digit', minute: '2-digit' });

/** "Mon, 2 March" */
export const formatDay = formatter({ weekday: 'short', day: 'numeric', month: 'long' });

/** "2 March 2026": where the year matters. */
export const formatDate = formatter({ day: 'numeric', month: 'long', year: 'numeric' });

/** "Mon, 2 March, 09:30" */
export const formatMoment = formatter({
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
});

/** "2 March 2026, 09:30:05": where the second matters. */
export const formatExact = formatter({
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Midnight to midnight of the viewer's own day that an instant falls in, as the API wants it. */
export function localDay(instant: number): { from: string; to: string } {
  const { date } = dayAndTime(instant);
  return { from: startOfDay(date), to: startOfDay(date, 1) };
}

/** When a day `YYYY-MM-DD` of the viewer's begins, or the one so many days later. */
export function startOfDay(date: string, daysLater = 0): string {
  const day = new Date(Date.parse(`${date}T00:00Z`) + daysLater * 86_400_000).toISOString().slice(0, 10);
  return new Date(instantIn(region().timeZone, day, '00:00')).toISOString();
}

/** Day `YYYY-MM-DD` and time `HH:MM` of the viewer's clock, as the fields of a form want them. */
export const dayAndTime = (instant: number): { date: string; time: string } =>
  wallIn(region().timeZone, instant);

/** The instant of what the fields of a form hold; null while it is no day or no time. */
export function instantOf({ date, time }: { date: string; time: string }): Date | null {
  const instant = new Date(instantIn(region().timeZone, date, time));
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** "12:05" or "1:02:07" */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
