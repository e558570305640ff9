import { useEffect } from 'react';
import { useRoom } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';
import { usePublishing } from './use-publishing.ts';
import { useRoomActions } from './use-room-actions.ts';

/** Where a key belongs to what has the focus: text, and for the space bar everything it presses. */
function belongsElsewhere(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target.closest('input, textarea, select, [role="menu"], [aria-modal="true"]')
  )
    return true;
  return (
    key === ' ' && target.closest('button, a, summary, [role="button"], [role="tab"], [role="log"]') !== null
  );
}

/** Single keys of the room, and talking while the space bar is held. Off where the person switched them off. */
export function useShortcuts(): void {
  const ui = useRoomUi();
  const actions = useRoomActions();
  const { media } = useRoom();
  const microphone = usePublishing('microphone').obstacle === null;
  const camera = usePublishing('camera').obstacle === null;

  useEffect(() => {
    let talking = false;
    const press: Record<string, () => void> = {
      m: () => microphone && actions.toggleMicrophone(),
      v: () => camera && actions.toggleCamera(),
      r: actions.toggleHand,
      c: () => ui.togglePanel('chat'),
      p: () => ui.togglePanel('people'),
      n: () => ui.togglePanel('notes'),
      '?': () => ui.openDialog('shortcuts'),
      ' ': () => {
        if (!microphone || media.getState().own.microphone.on) return;
        talking = true;
        actions.talk(true);
      },
    };
    const hush = (): void => {
      if (!talking) return;
      talking = false;
      actions.talk(false);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      // The help must be found even by who switched the rest off.
      if (!ui.shortcuts && event.key !== '?') return;
      const action = press[event.key.toLowerCase()];
      if (
        !action ||
        belongsElsewhere(event.target, event.key) ||
        document.querySelector('[aria-modal="true"]')
      )
        return;
      event.preventDefault();
      action();
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key === ' ') hush();
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    // A switch to another window while holding: the key's release never arrives.
    window.addEventListener('blur', hush);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', hush);
    };
  }, [ui, actions, media, microphone, camera]);
}
