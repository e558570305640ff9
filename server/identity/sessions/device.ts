import Bowser from 'bowser';

/** What a browser's own description tells of the device. */
export interface Device {
  /** desktop, mobile, tablet, tv … */
  deviceType: string | null;
  /** Name and version, such as "Chrome 131". */
  browser: string | null;
  /** System and version, such as "Windows 10". */
  platform: string | null;
  isMobile: boolean;
}

const unknown: Device = { deviceType: null, browser: null, platform: null, isMobile: false };
const longest = 60;

/** Reads a `User-Agent`. Anybody can write anything there: it helps people to recognise a device and proves nothing. */
export function deviceOf(userAgent: string | null): Device {
  if (!userAgent) return unknown;
  const { browser, os, platform } = Bowser.parse(userAgent);
  const deviceType = platform.type ?? null;
  return {
    deviceType: deviceType?.slice(0, longest) ?? null,
    browser: named(browser.name, browser.version?.split('.')[0]),
    platform: named(os.name, os.versionName ?? os.version),
    isMobile: deviceType === 'mobile' || deviceType === 'tablet',
  };
}

type Kind = Pick<Device, 'browser' | 'platform'>;

/** Whether two are of one kind: the same system and the same browser, of whatever version. */
export function sameKind(one: Kind, other: Kind): boolean {
  return kind(one.platform) === kind(other.platform) && kind(one.browser) === kind(other.browser);
}

const kind = (name: string | null): string => name?.split(' ')[0] ?? '';

/** "Firefox 140, Windows 11"; null where nothing is known. */
export const describeDevice = ({ browser, platform }: Kind): string | null =>
  [browser, platform].filter(Boolean).join(', ') || null;

function named(name: string | undefined, version: string | undefined): string | null {
  if (!name) return null;
  return [name, version].filter(Boolean).join(' ').slice(0, longest);
}
