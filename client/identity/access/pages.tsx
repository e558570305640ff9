import type { AreaPages } from '../pages.ts';

export const accessPages: AreaPages = {};
