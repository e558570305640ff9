import { instantOf } from '../../kernel/i18n/format.ts';

/** How long something is given, as a form holds it: day and time of the viewer's own zone. */
export interface Expiry {
  kind: 'never' | 'until';
  /** `YYYY-MM-DD`; '' while it is not chosen. */
  date: string;
  /** `HH:MM` */
  time: string;
}

export const forGood: Expiry = { kind: 'never', date: '', time: '23:59' };

/** The instant it ends; null: never; undefined: it is not filled in. */
export function endOf({ kind, date, time }: Expiry): string | null | undefined {
  if (kind === 'never') return null;
  return instantOf({ date, time })?.toISOString();
}
