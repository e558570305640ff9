import type { AreaPages } from '../pages.ts';

export const guardiansPages: AreaPages = {};
