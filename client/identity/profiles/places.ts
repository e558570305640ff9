import { unchosenZone } from '../../../shared/kernel/time.ts';
import { region } from '../../kernel/i18n/region.ts';
import { serverNow } from '../../kernel/server-clock.ts';

/** "Portugal" for "PT"; a code that nobody knows stays. */
function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(region().locale, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** "Porto, Portugal", without saying a country twice. */
export function placeText(location: string | null, country: string | null): string | null {
  const named = country === null ? null : countryName(country);
  if (location === null || named === null) return location ?? named;
  return location.toLowerCase().includes(named.toLowerCase()) ? location : `${location}, ${named}`;
}

/** What the clock shows where somebody is; null where it shows the same here, or nobody has said where that is. */
export function timeThere(timeZone: string): string | null {
  if (timeZone === unchosenZone) return null;
  const { locale, timeZone: here } = region();
  const time = (zone: string): string =>
    new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(
      serverNow(),
    );
  try {
    const there = time(timeZone);
    return there === time(here) ? null : there;
  } catch {
    // A zone that this browser has not heard of.
    return null;
  }
}
