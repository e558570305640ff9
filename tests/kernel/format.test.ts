import i18next from 'i18next';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MeView } from '../../shared/identity/contract.ts';
import { momentFor } from '../../server/identity/accounts/reader.ts';
import { draftToInput, newDraft } from '../../client/courses/schedule-draft.ts';
import {
  dayAndTime,
  formatDate,
  formatDay,
  formatLanguage,
  formatMoment,
  formatNumber,
  formatTime,
  instantOf,
  localDay,
  startOfDay,
} from '../../client/kernel/i18n/format.ts';
import { startTexts } from '../../client/kernel/i18n/index.ts';
import { deviceZone, regionOf } from '../../client/kernel/i18n/region.ts';
import { instantIn } from '../../client/kernel/i18n/zone.ts';
import { setMe, setSignedIn, setSignedOut } from '../../client/kernel/sign-in-state.ts';

const deadline = '2026-03-01T23:59:00.000Z';

/** What matters of the signed-in person here. */
const me = (locale: string, timezone: string): MeView =>
  ({ id: 'me', organizationId: null, locale, timezone }) as MeView;

function signedIn(locale: string, timezone: string): void {
  const user = me(locale, timezone);
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  setSignedIn({ accessToken: 'token', expiresAt, user } as Parameters<typeof setSignedIn>[0], Date.now());
}

beforeAll(startTexts);
beforeEach(() => setSignedOut('none'));

describe('dates and times', () => {
  it('show 23:59 UTC as 05:29 of the next day to somebody in Asia/Kolkata', () => {
    signedIn('en-GB', 'Asia/Kolkata');
    expect(formatTime(deadline)).toBe('05:29');
    expect(formatDay(deadline)).toMatch(/^Mon,? 2 March$/);
    expect(formatMoment(deadline)).toMatch(/^Mon,? 2 March.* 05:29$/);
    expect(formatDate(deadline)).toBe('2 March 2026');
  });

  it('follow a change of the preference at once, and tell what is on the screen to draw itself anew', () => {
    signedIn('en-GB', 'Asia/Kolkata');
    const drawnAnew = vi.fn<() => void>();
    i18next.on('languageChanged', drawnAnew);
    setMe(me('en-GB', 'America/New_York'));
    expect(formatMoment(deadline)).toMatch(/^Sun,? 1 March.* 18:59$/);
    expect(drawnAnew).toHaveBeenCalledTimes(1);
    setMe(me('de-DE', 'America/New_York'));
    expect(formatMoment(deadline)).toMatch(/^So., 1. März.* 18:59$/);
    setMe(me('de-DE', 'America/New_York'));
    expect(drawnAnew).toHaveBeenCalledTimes(2);
    i18next.off('languageChanged', drawnAnew);
  });

  it('follow the device where nothing is chosen, where nobody is signed in, and for a zone it has not heard of', () => {
    expect(regionOf({ locale: 'en', timezone: 'UTC' }).timeZone).toBe(deviceZone());
    expect(regionOf({ locale: 'en', timezone: 'Mars/Base' }).timeZone).toBe(deviceZone());
    expect(regionOf({ locale: 'xx-nonsense', timezone: 'Etc/UTC' })).toEqual({
      locale: 'en',
      timeZone: 'Etc/UTC',
    });
    expect(regionOf(null).timeZone).toBe(deviceZone());
  });

  it('in a mail say whose clock they are of', () => {
    const instant = new Date(deadline);
    expect(momentFor({ locale: 'en', timezone: 'UTC' }, instant)).toBe('Sun, 1 March 2026 at 23:59 UTC');
    expect(momentFor({ locale: 'en-IN', timezone: 'Asia/Kolkata' }, instant)).toContain('2 March 2026');
    expect(momentFor({ locale: 'en-IN', timezone: 'Asia/Kolkata' }, instant)).toMatch(/05:29 am IST$/);
  });
});

describe('numbers', () => {
  it('are written as in the chosen region, within texts too', () => {
    signedIn('de-DE', 'Europe/Berlin');
    expect(formatNumber(1234567.5)).toBe('1.234.567,5');
    expect(i18next.t('people:list.shown', { count: 1234 })).toBe('1.234 people shown');
    setMe(me('en-IN', 'Asia/Kolkata'));
    expect(formatNumber(1234567.5)).toBe('12,34,567.5');
  });
});

describe('languages', () => {
  it('have their names; what is no tag, and what nobody knows, stays as it is', () => {
    signedIn('en-GB', 'Europe/London');
    expect(['pt', 'pt-BR', 'xx', 'no tag at all', ''].map((tag) => formatLanguage(tag))).toEqual([
      'Portuguese',
      'Brazilian Portuguese',
      'xx',
      'no tag at all',
      '',
    ]);
  });
});

describe('a day of the viewer', () => {
  it('goes from midnight to midnight of their own clock', () => {
    signedIn('en-GB', 'Asia/Kolkata');
    expect(localDay(Date.parse(deadline))).toEqual({
      from: '2026-03-01T18:30:00.000Z',
      to: '2026-03-02T18:30:00.000Z',
    });
    setMe(me('en-GB', 'Europe/Berlin'));
    // The clocks change: the day has 23 hours.
    expect(startOfDay('2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
    expect(startOfDay('2026-03-29', 1)).toBe('2026-03-29T22:00:00.000Z');
  });

  it('and the fields of a form mean the same clock', () => {
    signedIn('en-GB', 'Asia/Kolkata');
    expect(dayAndTime(Date.parse(deadline))).toEqual({ date: '2026-03-02', time: '05:29' });
    expect(instantOf({ date: '2026-03-02', time: '05:29' })?.toISOString()).toBe(deadline);
    expect(instantOf({ date: '', time: '05:29' })).toBeNull();
    const draft = { ...newDraft(), title: 'Biology', date: '2026-03-02', time: '05:29' };
    expect(draftToInput(draft)?.scheduledAt).toBe(deadline);
  });

  it('takes the moment that clocks skip from, and the first of the two that they show twice', () => {
    const iso = (zone: string, date: string, time: string): string =>
      new Date(instantIn(zone, date, time)).toISOString();
    expect(iso('Europe/Berlin', '2026-03-29', '02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(iso('Europe/Berlin', '2026-10-25', '02:30')).toBe('2026-10-25T00:30:00.000Z');
    // Midnight itself is skipped in Beirut.
    expect(iso('Asia/Beirut', '2026-03-29', '00:00')).toBe('2026-03-28T22:00:00.000Z');
    expect(instantIn('Asia/Kolkata', '', '05:29')).toBeNaN();
  });
});
