import { useMemo } from 'react';
import type { ParticipantView } from '../../../shared/live/contract.ts';
import { useMedia, useRoom, useSnapshot } from '../room/room-context.ts';
import { mainPerson, orderPeople } from './stage-order.ts';
import { useRecentSpeakers } from './use-recent-speakers.ts';

export interface StageState {
  /** Everybody who is here, the most relevant first. */
  people: readonly ParticipantView[];
  /** Who shares a screen, oneself aside. */
  screens: readonly string[];
  main: string | null;
}

export function useStage(): StageState {
  const { me } = useRoom();
  const participants = useSnapshot((snapshot) => snapshot.participants);
  const hands = useSnapshot((snapshot) => snapshot.hands);
  const floorUserId = useSnapshot((snapshot) => snapshot.floorUserId);
  const producers = useSnapshot((snapshot) => snapshot.media.producers);
  const myCamera = useMedia((media) => media.own.camera.on);
  const recentSpeakers = useRecentSpeakers();
  return useMemo(() => {
    const cameras = new Set(
      producers.filter((one) => one.source === 'camera' && !one.paused).map((one) => one.userId),
    );
    if (myCamera) cameras.add(me.id);
    const people = orderPeople({ participants, hands, floorUserId, cameras, recentSpeakers, meId: me.id });
    const screens = producers
      .filter((one) => one.source === 'screen' && one.userId !== me.id && !one.paused)
      .map((one) => one.userId);
    return {
      people,
      screens: [...new Set(screens)],
      main: mainPerson(people, { recentSpeakers, floorUserId, meId: me.id }),
    };
  }, [participants, hands, floorUserId, producers, myCamera, recentSpeakers, me.id]);
}
