import type { AreaPages } from '../pages.ts';

export const signInMethodsPages: AreaPages = {};
