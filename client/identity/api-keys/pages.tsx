import type { AreaPages } from '../pages.ts';

export const apiKeysPages: AreaPages = {};
