import { useEffect } from 'react';
import { isAnythingInOutboxes } from '../../kernel/outbox.ts';
import { useRoom } from './room-context.ts';

/** Closing the tab asks where it would lose something: a line that was not sent yet, a screen that others are looking at. */
export function useUnloadQuestion(): void {
  const { media } = useRoom();
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (isAnythingInOutboxes() || media.getState().own.screen.on) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [media]);
}
