import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'kernel';
    resources: typeof en;
  }
}

/** Loads the catalogue. The texts are part of the bundle, so the first paint has them. */
export function startTexts(): void {
  void i18next.use(initReactI18next).init({
    resources: { en },
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'kernel',
    initAsync: false,
    interpolation: { escapeValue: false },
  });
}
