import type { AreaPages } from '../pages.ts';

export const twoFactorPages: AreaPages = {};
