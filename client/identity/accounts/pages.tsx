import type { AreaPages } from '../pages.ts';

export const accountsPages: AreaPages = {};
