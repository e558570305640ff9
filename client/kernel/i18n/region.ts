import i18next from 'i18next';
import { unchosenZone } from '../../../shared/kernel/time.ts';
import { getSignInState, subscribeSignIn } from '../sign-in-state.ts';

/** How dates, times and numbers are written, and whose clock counts. */
export interface Region {
  /** A tag that this browser knows. */
  locale: string;
  timeZone: string;
}

/** Browsers tell these by the names that their data began with; people look for the ones of today. */
const renamed: Partial<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
};
const ofToday = (zone: string): string => {
  const name = renamed[zone];
  return name && isZone(name) ? name : zone;
};

/** All that this browser knows. */
export const timeZones = (): string[] => Intl.supportedValuesOf('timeZone').map(ofToday);

export const deviceZone = (): string => ofToday(new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** What people chose, as far as this browser knows it; the device's ways for the rest. */
export function regionOf(chosen: { locale: string; timezone: string } | null): Region {
  return {
    locale: usable(localeFor(chosen?.locale ?? i18next.language ?? 'en'), 'en'),
    timeZone:
      !chosen || chosen.timezone === unchosenZone || !isZone(chosen.timezone)
        ? deviceZone()
        : chosen.timezone,
  };
}

/** A language alone ("en") leaves the country open: the browser's, if it speaks the language. "en-GB" says it all. */
function localeFor(wanted: string): string {
  return wanted.includes('-')
    ? wanted
    : (navigator.languages.find((tag) => tag.split('-')[0] === wanted) ?? wanted);
}

function usable(tag: string, otherwise: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([tag])[0] ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Zones get new names now and then: an old browser must not fail for one that it has not heard of. */
function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

let current: Region | null = null;

export const region = (): Region => (current ??= regionOf(null));

/** Whoever is signed in reads dates and numbers as they chose: from the next drawing on, in every tab. */
export function followPreferences(): void {
  subscribeSignIn(() => {
    const state = getSignInState();
    const next = regionOf(state.status === 'signed-in' ? state.user : null);
    if (next.locale === region().locale && next.timeZone === region().timeZone) return;
    current = next;
    // Everything that shows a text listens to this, and what shows a date shows texts: all of it is drawn anew.
    i18next.emit('languageChanged', i18next.language);
  });
}
