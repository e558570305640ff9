import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

interface Announcement {
  id: number;
  text: string;
}

let current: Announcement = { id: 0, text: '' };
const listeners = new Set<() => void>();

/** Has a screen reader say something that is only seen otherwise. The same text twice is said twice. */
export function announce(text: string): void {
  current = { id: current.id + 1, text };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The live region; once per page, and there from the start, as screen readers watch only regions they have seen empty. */
export function Announcer() {
  const { id, text } = useSyncExternalStore(subscribe, () => current);
  return (
    <VisuallyHidden role="status" aria-live="polite" data-testid="announcer">
      <span key={id}>{text}</span>
    </VisuallyHidden>
  );
}
