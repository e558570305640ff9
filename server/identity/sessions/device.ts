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

function named(name: string | undefined, version: string | undefined): string | null {
  if (!name) return null;
  return [name, version].filter(Boolean).join(' ').slice(0, longest);
}
