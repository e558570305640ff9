import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSnapshot } from '../../../shared/live/contract.ts';
import { isModerator, mayPublish, noPersonalLocks, position } from '../../../shared/live/model.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import type { LiveState } from '../connection/live-state.ts';
import { chime } from './chime.ts';
import { useRoom } from './room-context.ts';
import type { PanelName } from './room-ui.ts';

const nameOf = (snapshot: RoomSnapshot, userId: string | null): string =>
  snapshot.participants.find((one) => one.userId === userId)?.displayName ?? '';

function maySpeak(snapshot: RoomSnapshot): boolean {
  const { me, locks, floorUserId, participants } = snapshot;
  const personal = participants.find((one) => one.userId === me.userId)?.locks ?? noPersonalLocks;
  return mayPublish({
    role: me.role,
    locks,
    personal,
    floor: floorUserId === me.userId,
    source: 'microphone',
  });
}

/** Says what changed by others' hands to who cannot see it, and sounds for a teacher when a hand goes up, where `sounds` says so. */
export function useRoomAnnouncements(panel: PanelName | null, sounds: boolean): void {
  const { t } = useTranslation('live');
  const { live, me } = useRoom();

  const compareHands = (was: RoomSnapshot, is: RoomSnapshot): void => {
    const mine = position(is.hands, me.id);
    const wasMine = position(was.hands, me.id);
    if (mine !== null && wasMine === null) announce(t('say.handRaised', { position: mine }));
    if (mine === null && wasMine !== null && is.floorUserId !== me.id) announce(t('say.handLowered'));
    const raised = is.hands.find(
      (hand) => hand.userId !== me.id && position(was.hands, hand.userId) === null,
    );
    if (!raised || !isModerator(is.me.role)) return;
    announce(t('say.othersHand', { name: nameOf(is, raised.userId) }));
    if (sounds) chime();
  };
  const compareFloor = (was: RoomSnapshot, is: RoomSnapshot): void => {
    if (was.floorUserId === is.floorUserId) return;
    if (is.floorUserId === me.id) announce(t('say.floorMine'));
    else if (was.floorUserId === me.id) announce(t('say.floorGone'));
    else if (is.floorUserId) announce(t('say.floorOther', { name: nameOf(is, is.floorUserId) }));
  };
  const compareLocks = (was: RoomSnapshot, is: RoomSnapshot): void => {
    if (was.locks.automatic !== is.locks.automatic) {
      announce(t(is.locks.automatic ? 'say.guarded' : 'say.unguarded'));
      return;
    }
    if (was.floorUserId !== is.floorUserId || maySpeak(was) === maySpeak(is)) return;
    announce(t(maySpeak(is) ? 'say.microphoneUnlocked' : 'say.microphoneLocked'));
  };
  const compareChat = (was: RoomSnapshot, is: RoomSnapshot): void => {
    const line = is.chat.at(-1);
    // Only where the chat is open: who closed it does not want it read out.
    if (!line || line.id === was.chat.at(-1)?.id || line.userId === me.id || panel !== 'chat') return;
    announce(t('say.chatFrom', { name: line.displayName, text: line.text }));
  };
  const compare = useEffectEvent((was: LiveState, is: LiveState): void => {
    if (was.connection.state !== is.connection.state) {
      if (is.connection.state === 'reconnecting') announce(t('connection.lost'));
      else if (was.connection.state === 'reconnecting' && is.connection.state === 'connected')
        announce(t('connection.back'));
    }
    if (!was.snapshot || !is.snapshot || was.snapshot === is.snapshot) return;
    for (const part of [compareHands, compareFloor, compareLocks, compareChat])
      part(was.snapshot, is.snapshot);
  });

  const entered = useEffectEvent(() => announce(t('say.joinedClass')));
  useEffect(() => {
    let before = live.getState();
    entered();
    return live.subscribe(() => {
      const now = live.getState();
      compare(before, now);
      before = now;
    });
  }, [live]);
}
