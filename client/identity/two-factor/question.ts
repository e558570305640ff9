import { useSyncExternalStore } from 'react';
import type { MfaRequiredView } from '../../../shared/identity/contract.ts';

export type SecondFactorQuestion = MfaRequiredView['mfa'];

// In memory only: whoever reloads the page begins anew.
let question: SecondFactorQuestion | null = null;
const listeners = new Set<() => void>();

/** The sign-in page asks for the second factor; null: it does not (any more). */
export function askSecondFactor(next: SecondFactorQuestion | null): void {
  question = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSecondFactorQuestion = (): SecondFactorQuestion | null =>
  useSyncExternalStore(subscribe, () => question);
