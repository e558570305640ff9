import i18next from 'i18next';

type Instant = string | number | Date;

/** The browser's own region if it speaks the language of the texts: "en-GB" and "en-US" write dates differently. */
const locale = (): string =>
  navigator.languages.find((tag) => tag.split('-')[0] === i18next.language) ?? i18next.language;

const formatter = (options: Intl.DateTimeFormatOptions): ((instant: Instant) => string) => {
  let made: Intl.DateTimeFormat | null = null;
  return (instant) => {
    made ??= new Intl.DateTimeFormat(locale(), options);
    return made.format(new Date(instant));
  };
};

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
  const from = new Date(instant);
  from.setHours(0, 0, 0, 0);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

/** "12:05" or "1:02:07" */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
