import type { AreaPages } from '../pages.ts';

export const privacyPages: AreaPages = {};
