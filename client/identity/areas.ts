import { categoriesPages } from '../courses/categories/pages.tsx';
import { accessPages } from './access/pages.tsx';
import { accountsPages } from './accounts/pages.tsx';
import { apiKeysPages } from './api-keys/pages.tsx';
import { auditPages } from './audit/pages.tsx';
import { customFieldsPages } from './custom-fields/pages.tsx';
import { guardiansPages } from './guardians/pages.tsx';
import { organizationsPages } from './organizations/pages.tsx';
import { peoplePages } from './people/pages.tsx';
import { privacyPages } from './privacy/pages.tsx';
import { profilesPages } from './profiles/pages.tsx';
import { sessionsPages } from './sessions/pages.tsx';
import { signInMethodsPages } from './sign-in-methods/pages.tsx';
import { twoFactorPages } from './two-factor/pages.tsx';
import type { AreaPages } from './pages.ts';

/** Every area, in the order of the navigation. */
export const areas: readonly AreaPages[] = [
  accountsPages,
  sessionsPages,
  twoFactorPages,
  signInMethodsPages,
  organizationsPages,
  accessPages,
  guardiansPages,
  profilesPages,
  apiKeysPages,
  peoplePages,
  customFieldsPages,
  categoriesPages,
  privacyPages,
  auditPages,
];

export const publicRoutes = areas.flatMap((area) => area.publicRoutes ?? []);
export const signedInRoutes = areas.flatMap((area) => area.signedInRoutes ?? []);
export const accountPages = areas.flatMap((area) => area.accountPages ?? []);
export const adminPages = areas.flatMap((area) => area.adminPages ?? []);
