import { isAnythingInOutboxes } from './outbox.ts';

/** Parts of the page that may hold something the server does not have yet. */
const keepers = new Set<() => boolean>();

/** Has a part of the page asked before a sign-out, until the function that this answers with is called. */
export function keepAsking(holdsUnsent: () => boolean): () => void {
  keepers.add(holdsUnsent);
  return () => void keepers.delete(holdsUnsent);
}

/** Whether a sign-out, which leaves nothing on this device, would lose what somebody wrote. */
export const isAnythingUnsent = (): boolean =>
  isAnythingInOutboxes() || [...keepers].some((holdsUnsent) => holdsUnsent());
