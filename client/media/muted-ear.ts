import { loudness } from './level-meter.tsx';

const periodMs = 100;
/** As loud as speech at the device; steady noise of a room stays below. */
const speech = 0.45;
/** Looks of which most must be loud: a cough or a closing door is shorter. */
const looks = 10;
const loudLooks = 6;
const shownMs = 5_000;
/** Whoever talks to somebody beside them is not told again and again. */
const quietMs = 60_000;

/** Decides from the loudness of a muted microphone whether its owner talks and should be told. Pure: the time is passed in. */
export function createTalkDetector(): { next(level: number, now: number): boolean } {
  let recent: boolean[] = [];
  let toldAt = -Infinity;
  return {
    next(level, now) {
      recent = [...recent, level >= speech].slice(-looks);
      if (now - toldAt < shownMs) return true;
      if (now - toldAt < quietMs || recent.filter(Boolean).length < loudLooks) return false;
      toldAt = now;
      return true;
    },
  };
}

/**
 * Listens to a muted microphone, on this device alone: what it hears is measured and thrown away. A copy of the track is
 * listened to, because the muted one itself is silent for everybody.
 */
export class MutedEar {
  readonly #onTalking: (talking: boolean) => void;
  #track: MediaStreamTrack | null = null;
  #stop: () => void = () => undefined;

  constructor(onTalking: (talking: boolean) => void) {
    this.#onTalking = onTalking;
  }

  /** The microphone that is muted now; null: none is. */
  listen(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#stop();
    this.#stop = track ? this.#begin(track) : (): void => undefined;
  }

  #begin(track: MediaStreamTrack): () => void {
    const copy = track.clone();
    copy.enabled = true;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const detector = createTalkDetector();
    let talking = false;
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const now = detector.next(loudness(samples), performance.now());
      if (now === talking) return;
      talking = now;
      this.#onTalking(now);
    }, periodMs);
    return () => {
      clearInterval(timer);
      copy.stop();
      void context.close();
      if (talking) this.#onTalking(false);
    };
  }
}
