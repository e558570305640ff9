import { errorCatalogue } from '../../../shared/kernel/errors.ts';
import type { ErrorCode } from '../../../shared/kernel/errors.ts';
import { categoriesTexts } from '../../courses/categories/en.ts';
import { coursesTexts } from '../../courses/en.ts';
import { accessTexts } from '../../identity/access/en.ts';
import { accountsTexts } from '../../identity/accounts/en.ts';
import { apiKeysTexts } from '../../identity/api-keys/en.ts';
import { auditTexts } from '../../identity/audit/en.ts';
import { customFieldsTexts } from '../../identity/custom-fields/en.ts';
import { guardiansTexts } from '../../identity/guardians/en.ts';
import { organizationsTexts } from '../../identity/organizations/en.ts';
import { peopleTexts } from '../../identity/people/en.ts';
import { privacyTexts } from '../../identity/privacy/en.ts';
import { profilesTexts } from '../../identity/profiles/en.ts';
import { sessionsTexts } from '../../identity/sessions/en.ts';
import { signInMethodsTexts } from '../../identity/sign-in-methods/en.ts';
import { twoFactorTexts } from '../../identity/two-factor/en.ts';
import { identityTexts } from '../../identity/en.ts';
import { liveTexts } from '../../live/en.ts';
import { mediaEn } from '../../media/en.ts';
import { notesEn } from '../../notes/en.ts';
import { kernelTexts } from './kernel.en.ts';

/** The sentence of every error code, from the one catalogue both sides share. */
const serverErrors = Object.fromEntries(
  Object.entries(errorCatalogue).map(([code, { message }]) => [code, message]),
) as Record<ErrorCode, string>;

/** Every text a person reads, by namespace: one per feature, each beside its feature. */
export const en = {
  kernel: kernelTexts,
  errors: {
    ...serverErrors,
    network: 'The server cannot be reached. Check the connection and try again.',
    timeout: 'The server has not answered. Try again in a moment.',
    disconnected: 'The connection is interrupted. It comes back by itself.',
  },
  identity: identityTexts,
  accounts: accountsTexts,
  sessions: sessionsTexts,
  twoFactor: twoFactorTexts,
  signInMethods: signInMethodsTexts,
  organizations: organizationsTexts,
  access: accessTexts,
  guardians: guardiansTexts,
  apiKeys: apiKeysTexts,
  people: peopleTexts,
  customFields: customFieldsTexts,
  profiles: profilesTexts,
  privacy: privacyTexts,
  audit: auditTexts,
  courses: coursesTexts,
  categories: categoriesTexts,
  live: liveTexts,
  media: mediaEn,
  notes: notesEn,
};
