import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomLocks } from '../../../shared/live/contract.ts';
import { position } from '../../../shared/live/model.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import type { Reaction } from '../connection/live-state.ts';
import { useRoom } from '../room/room-context.ts';
import { handsClosed } from './hands-closed.ts';

export interface RoomActions {
  toggleMicrophone: () => void;
  /** Hold to talk. */
  talk: (on: boolean) => void;
  toggleCamera: () => void;
  toggleScreen: () => void;
  toggleHand: () => void;
  lowerHand: (userId: string) => void;
  giveFloor: (userId: string) => void;
  takeFloor: () => void;
  setLocks: (locks: Partial<RoomLocks>) => void;
  lockMicrophoneOf: (userId: string, locked: boolean) => void;
  react: (reaction: Reaction) => void;
  endForAll: () => void;
}

/** What one can do in a class: each is sent, announced, and says so when it is refused. */
export function useRoomActions(): RoomActions {
  const { t } = useTranslation('live');
  const errorText = useErrorText();
  const { live, media, me, floor } = useRoom();
  return useMemo(() => {
    const fail = (error: unknown): void => {
      notifications.show({ color: 'red', title: t('say.failed'), message: errorText(error) });
    };
    const sayClosed = (): void => {
      notifications.show({ id: 'hands-closed', message: t('control.handsLocked') });
    };
    const attempt = (work: Promise<unknown>): void => void work.catch(fail);
    // Own media says itself what is wrong, beside its button; the announcement is of what came true.
    const switchOwn = async (source: 'microphone' | 'camera' | 'screen', on: boolean): Promise<void> => {
      const set = { microphone: media.setMicrophone, camera: media.setCamera, screen: media.setScreen }[
        source
      ];
      await set(on).catch(() => undefined);
      const now = media.getState().own[source].on;
      if (now === on) announce(t(`say.${source}${now ? 'On' : 'Off'}`));
    };
    const toggle = (source: 'microphone' | 'camera' | 'screen') => (): void =>
      void switchOwn(source, !media.getState().own[source].on);

    return {
      toggleMicrophone: toggle('microphone'),
      toggleCamera: toggle('camera'),
      toggleScreen: toggle('screen'),
      talk: (on) => void switchOwn('microphone', on),
      toggleHand() {
        const { snapshot } = live.getState();
        const raised = snapshot !== null && position(snapshot.hands, me.id) !== null;
        if (!raised && snapshot && handsClosed(snapshot)) return sayClosed();
        if (!raised) floor.raised();
        attempt(raised ? live.send('hand.lower', {}) : live.send('hand.raise', {}));
      },
      lowerHand: (userId) => attempt(live.send('hand.lower', { userId })),
      giveFloor: (userId) => attempt(live.send('floor.give', { userId })),
      takeFloor: () => attempt(live.send('floor.take', {})),
      setLocks: (locks) => attempt(live.send('lock.set', locks)),
      lockMicrophoneOf(userId, locked) {
        const room = live.getState().snapshot?.locks.microphone ?? false;
        // Where the room says the same, the exception goes; otherwise it is made.
        attempt(live.send('lock.set', { userId, microphone: locked === room ? null : locked }));
      },
      react: (reaction) => attempt(live.request('reaction.send', { reaction })),
      endForAll: () => attempt(live.send('session.end', {})),
    };
    // The texts' functions change with each drawing, their meaning does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, media, me, floor]);
}
