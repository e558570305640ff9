import type { z } from 'zod';
import type { RoomSnapshot } from '../../shared/live/contract.ts';
import type { mediaEvents, MediaSource } from '../../shared/media/contract.ts';
import type { Saving } from './saving.ts';

export type MediaEvent = keyof typeof mediaEvents;
export type MediaInput<E extends MediaEvent> = z.input<(typeof mediaEvents)[E]['input']>;
export type MediaReply<E extends MediaEvent> = z.output<(typeof mediaEvents)[E]['reply']>;

/** Asks the server; rejects with an error that carries the contract's `code`. */
export type MediaRequest = <E extends MediaEvent>(event: E, input: MediaInput<E>) => Promise<MediaReply<E>>;

export interface MediaEngineOptions {
  selfUserId: string;
  request: MediaRequest;
  devices: { microphoneId?: string; cameraId?: string };
}

/** Somebody else's stream. `track` is null until it is received, and for video that is off screen. */
export interface RemoteStream {
  producerId: string;
  userId: string;
  source: MediaSource;
  kind: 'audio' | 'video';
  paused: boolean;
  /** It would be shown, but this connection does not carry it. */
  withheld: boolean;
  track: MediaStreamTrack | null;
}

/** What the person can switch. */
export type OwnSource = 'microphone' | 'camera' | 'screen';

export interface OwnState {
  /** The switch: the person wants it and the server has agreed. */
  on: boolean;
  /** The server paused it; only informs: the server decides again at each attempt. */
  locked: boolean;
  /** Wanted, and not there yet: a permission prompt, the server's answer, a reconnect. */
  pending: boolean;
  /** Key below `errors` of `mediaEn`. */
  error: string | null;
  track: MediaStreamTrack | null;
}

export type MediaEngineStatus = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'unavailable';
export type MediaQuality = 'good' | 'fair' | 'poor' | 'lost';

export interface MediaEngineState {
  status: MediaEngineStatus;
  own: Record<OwnSource, OwnState>;
  streams: readonly RemoteStream[];
  /** User ids, loudest first. */
  speakers: readonly string[];
  quality: MediaQuality;
  /** What is given up because the connection is poor. */
  saving: Saving;
  /** The server gets no sound from the microphone that is on. */
  silent: boolean;
  /** The person talks into the microphone that is muted. */
  talkingMuted: boolean;
}

export interface StreamView {
  visible: boolean;
  /** CSS pixels. */
  width: number;
  height: number;
}

/** The audio and video of one tab in one room. */
export interface MediaEngine {
  /** For `useSyncExternalStore`: a new object only when something changed. */
  getState: () => MediaEngineState;
  subscribe: (listener: () => void) => () => void;
  /**
   * After every successful join or resume, once the room's facts are applied. Builds the connection the first time
   * and after a reset, restarts ICE after an interruption, does nothing otherwise.
   */
  sync: (media: RoomSnapshot['media'], reason: 'joined' | 'resumed') => void;
  /** Every `media.*` fact and signal, in the order they came. Others are ignored. */
  receive: (type: string, payload: unknown) => void;
  /** The socket is away. What flows may flow on; what is switched off meanwhile is silent at once. */
  disconnected: () => void;
  setMicrophone: (on: boolean) => Promise<void>;
  setCamera: (on: boolean) => Promise<void>;
  /** Call it from a click: browsers ask for a gesture before they offer the screens. */
  setScreen: (on: boolean) => Promise<void>;
  setDevice: (kind: 'audioinput' | 'videoinput', deviceId: string) => Promise<void>;
  /** How a video is shown now: off screen it is paused on the server, its size chooses the layer. */
  setView: (producerId: string, view: StreamView) => void;
  /** Whose cameras come before the others' where the connection does not carry all. */
  setLeading: (userIds: readonly string[]) => void;
  close: () => void;
}
