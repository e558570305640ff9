import i18next from 'i18next';
import type { FormatterModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { formatNumber } from './format.ts';
import { followPreferences } from './region.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'kernel';
    resources: typeof en;
  }
}

/** Numbers within texts, as the viewer's region writes them. */
const numbersInTexts: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown) => (typeof value === 'number' ? formatNumber(value) : (value as string)),
};

/** Loads the catalogue. The texts are part of the bundle, so the first paint has them. */
export function startTexts(): void {
  void i18next
    .use(numbersInTexts)
    .use(initReactI18next)
    .init({
      resources: { en },
      lng: 'en',
      fallbackLng: 'en',
      defaultNS: 'kernel',
      initAsync: false,
      interpolation: { escapeValue: false, alwaysFormat: true },
    });
  followPreferences();
}
