import type { MediaEngineState, OwnState, RemoteStream } from './media-types.ts';

const same = (a: object, b: object): boolean => {
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => Object.is(value, right.get(key)));
};

function kept<T extends object>(before: T | undefined, now: T): T {
  return before && same(before, now) ? before : now;
}

function keptList<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  return before.length === now.length && before.every((value, index) => Object.is(value, now[index]))
    ? before
    : now;
}

/**
 * The new state, made of the old one's parts wherever they are equal, and the old one itself where all are: React
 * then renders what changed and nothing else.
 */
export function nextState(before: MediaEngineState, now: MediaEngineState): MediaEngineState {
  const known = new Map<string, RemoteStream>(before.streams.map((stream) => [stream.producerId, stream]));
  const streams = keptList(
    before.streams,
    now.streams.map((stream) => kept(known.get(stream.producerId), stream)),
  );
  const own = kept<Record<'microphone' | 'camera' | 'screen', OwnState>>(before.own, {
    microphone: kept(before.own.microphone, now.own.microphone),
    camera: kept(before.own.camera, now.own.camera),
    screen: kept(before.own.screen, now.own.screen),
  });
  return kept(before, { ...now, own, streams, speakers: keptList(before.speakers, now.speakers) });
}
