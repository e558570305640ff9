import { errorCatalogue } from '../../../shared/kernel/errors.ts';
import type { ErrorCode } from '../../../shared/kernel/errors.ts';
import { coursesTexts } from '../../courses/en.ts';
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
  courses: coursesTexts,
  live: liveTexts,
  media: mediaEn,
  notes: notesEn,
};
