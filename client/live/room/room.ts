import type { MeView } from '../../../shared/identity/contract.ts';
import { askBeforeClosing } from '../../kernel/ask-before-closing.ts';
import { RequestError } from '../../kernel/request-error.ts';
import { openLiveClient } from '../connection/live-client.ts';
import type { LiveClient } from '../connection/live-client.ts';
import { createStore } from '../connection/store.ts';
import type { Store } from '../connection/store.ts';
import { createFloorMicrophone } from './floor-microphone.ts';
import type { FloorMicrophone } from './floor-microphone.ts';
import { leadersOf } from './leaders.ts';
import { createRaisedHere } from './raised-here.ts';
import type { DeviceChoice } from '../../media/device-check.tsx';
import { createMediaEngine } from '../../media/media-engine.ts';
import type { MediaEngine, MediaQuality } from '../../media/media-engine.ts';

/** A class this page is in: its connection and its media, which live and end together. */
export interface Room {
  live: LiveClient;
  media: MediaEngine;
  /** Whether a hand of this person was raised in this tab: the floor opens its microphone and no other. */
  floor: FloorMicrophone;
  me: Pick<MeView, 'id' | 'displayName'>;
  /** Changed while the class runs, see `devices-dialog.tsx`. */
  devices: Store<DeviceChoice>;
  close(): void;
}

/** Enters a class. Microphone and camera come on only if the person chose so before entering. */
export function openRoom(sessionId: string, me: MeView, devices: DeviceChoice): Room {
  // The two need each other: media asks through the connection, the connection tells media what happened.
  const door: { live: LiveClient | null } = { live: null };
  const media = createMediaEngine({
    selfUserId: me.id,
    devices,
    request: (event, input) => {
      if (!door.live)
        return Promise.reject(new RequestError({ code: 'disconnected', message: 'Not connected.' }));
      return door.live.request(event, input) as Promise<never>;
    },
  });
  const followFloor = createFloorMicrophone({
    media,
    myUserId: me.id,
    raisedHere: createRaisedHere(sessionId),
    speaking: () =>
      door.live
        ?.getState()
        .snapshot?.media.producers.some(
          ({ userId, source, paused }) => userId === me.id && source === 'microphone' && !paused,
        ) ?? false,
  });
  let entered = false;
  /** What the server knows of this connection; null after each join, which is a new one to it. */
  let reported: MediaQuality | null = null;
  const report = (): void => {
    const { quality } = media.getState();
    if (quality === reported) return;
    reported = quality;
    door.live?.request('quality.report', { quality }).catch(() => undefined);
  };

  const live = openLiveClient(sessionId, me.id, {
    onState(snapshot, reason) {
      media.sync(snapshot.media, reason);
      if (reason === 'joined') {
        reported = null;
        report();
        followFloor.joined(snapshot);
      }
      if (!entered) {
        entered = true;
        // What fails here shows in the media state beside the button.
        if (devices.microphoneOn) void media.setMicrophone(true).catch(() => undefined);
        if (devices.cameraOn) void media.setCamera(true).catch(() => undefined);
      }
    },
    onFact: (fact) => {
      if (fact.type.startsWith('media.')) media.receive(fact.type, fact);
      followFloor.heard(fact);
    },
    onSignal: (type, payload) => {
      if (type.startsWith('media.')) media.receive(type, payload);
    },
    onLost: () => media.disconnected(),
  });
  door.live = live;

  const stopWatching = media.subscribe(report);
  const stopLeading = live.subscribe(() => {
    const { snapshot } = live.getState();
    if (snapshot) media.setLeading(leadersOf(snapshot.participants));
  });

  // The lines that wait go with the tab, and everybody loses sight of a shared screen.
  const stopAsking = askBeforeClosing(
    () => live.getState().pending.some(({ state }) => state === 'sending') || media.getState().own.screen.on,
  );

  return {
    live,
    media,
    floor: followFloor,
    me: { id: me.id, displayName: me.displayName },
    devices: createStore(devices),
    close() {
      stopWatching();
      stopLeading();
      stopAsking();
      live.close();
      media.close();
    },
  };
}
