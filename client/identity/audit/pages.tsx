import type { AreaPages } from '../pages.ts';

export const auditPages: AreaPages = {};
