import type { Presence } from '../../../shared/live/contract.ts';
import { position } from '../../../shared/live/model.ts';
import { useLive, useMedia, useParticipant, useRoom, useSnapshot } from '../room/room-context.ts';

export interface PersonState {
  name: string;
  avatarUrl: string | null;
  mine: boolean;
  presence: Presence;
  /** The microphone is on, by what the server says; for oneself by the own switch. */
  microphone: boolean;
  speaking: boolean;
  /** Place in the queue of hands. */
  hand: number | null;
  floor: boolean;
  quality: 'good' | 'fair' | 'poor' | 'lost';
}

/** Everything a tile or a row shows about somebody. */
export function usePerson(userId: string): PersonState {
  const { me } = useRoom();
  const mine = userId === me.id;
  const participant = useParticipant(userId);
  const ownMicrophone = useMedia((media) => media.own.microphone.on);
  const ownQuality = useMedia((media) => media.quality);
  const otherMicrophone = useSnapshot((snapshot) =>
    snapshot.media.producers.some(
      (one) => one.userId === userId && one.source === 'microphone' && !one.paused,
    ),
  );
  return {
    name: participant?.displayName ?? '',
    avatarUrl: participant?.avatarUrl ?? null,
    mine,
    presence: participant?.presence ?? 'away',
    microphone: mine ? ownMicrophone : otherMicrophone,
    speaking: useMedia((media) => media.speakers.includes(userId)),
    hand: useSnapshot((snapshot) => position(snapshot.hands, userId)),
    floor: useSnapshot((snapshot) => snapshot.floorUserId === userId),
    quality: useLive((live) => (mine ? null : live.quality[userId])) ?? (mine ? ownQuality : 'good'),
  };
}
