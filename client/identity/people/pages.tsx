import type { AreaPages } from '../pages.ts';

export const peoplePages: AreaPages = {};
