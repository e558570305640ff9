import type { CatalogueItem } from '../../shared/courses/catalogue.ts';

/**
 * What somebody can do with a course that they find: be in it (`open`, `teaching`), wait for an answer, enter it, ask, ask again
 * later (`wait`), or nothing.
 */
export type OfferState =
  | 'open'
  | 'teaching'
  | 'pending'
  | 'enroll'
  | 'ask'
  | 'wait'
  | 'full'
  | 'refused'
  | 'closed';

type Offer = Pick<CatalogueItem, 'mine' | 'entry' | 'placesLeft' | 'rejection'>;

export function offerState({ mine, entry, placesLeft, rejection }: Offer, now: number): OfferState {
  if (mine === 'enrolled') return 'open';
  if (mine === 'teaching' || mine === 'pending' || mine === 'refused') return mine;
  if (entry === null) return 'closed';
  if (rejection && Date.parse(rejection.askAgainAt) > now) return 'wait';
  if (entry === 'approval') return 'ask';
  return placesLeft === 0 ? 'full' : 'enroll';
}
