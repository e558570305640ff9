import type { AreaPages } from '../pages.ts';

export const organizationsPages: AreaPages = {};
