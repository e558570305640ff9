import type { AreaPages } from '../pages.ts';

export const sessionsPages: AreaPages = {};
