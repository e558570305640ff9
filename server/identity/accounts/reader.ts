import type { EntityManager } from '@mikro-orm/postgresql';

/** A moment as somebody reads it in a mail: written as they chose, by their clock, and saying whose clock it is. */
export function momentFor(reader: { locale: string; timezone: string }, instant: Date): string {
  const [locale = 'en-GB'] = Intl.DateTimeFormat.supportedLocalesOf([
    // A language alone leaves the country open; the mails' own words are British.
    reader.locale === 'en' ? 'en-GB' : reader.locale,
  ]);
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: reader.timezone,
  }).format(instant);
}

/** {@link momentFor} the owner of an account; null: nobody's. */
export async function momentForUser(
  em: EntityManager,
  userId: string | null,
  instant: Date,
): Promise<string> {
  const [reader] = await em.execute<{ locale: string; timezone: string }[]>(
    'select locale, timezone from users where id = ?::uuid',
    [userId],
  );
  return momentFor(reader ?? { locale: 'en', timezone: 'UTC' }, instant);
}
