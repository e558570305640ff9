import type { types } from 'mediasoup-client';
import type { MediaSource } from '../../shared/media/contract.ts';
import { codeOf, isFinal, isInterruption, serverErrorKey } from './failures.ts';
import type { MediaLink } from './media-link.ts';
import type { MediaRequest, OwnState } from './media-types.ts';

export interface OwnStreamOptions {
  source: MediaSource;
  request: MediaRequest;
  /** Muted, a microphone keeps its stream and its device; everything else is ended. */
  pausable: boolean;
  /** Something to show or to do changed. */
  onChange(): void;
  /** The track ended by itself: unplugged, taken away, or "stop sharing" in the browser's own bar. */
  onTrackEnded(): void;
}

const stumblesAllowed = 3;
/** Of the three layers of a camera, counted from 0. */
const topLayer = 2;

/**
 * One thing this person sends. `want` is what the person believes; the track obeys it at once, the server is brought
 * in line by `settle`, and nothing flows that both do not agree on.
 */
export class OwnStream {
  readonly source: MediaSource;
  readonly #options: OwnStreamOptions;
  want = false;
  locked = false;
  error: string | null = null;
  /** A prompt of the browser is open. */
  asking = false;
  track: MediaStreamTrack | null = null;
  /** Only the smallest layer of a camera is to be sent. */
  economy = false;
  #economised = false;
  #producer: types.Producer | null = null;
  #serverPaused = false;
  /** The server agreed since the switch was last turned. */
  #agreed = false;
  /** Failures in a row that are neither the server's nor the network's. */
  #stumbles = 0;

  constructor(options: OwnStreamOptions) {
    this.source = options.source;
    this.#options = options;
  }

  get state(): OwnState {
    const { want, locked, error, track } = this;
    const flowing = this.#producer !== null && !this.#serverPaused;
    return {
      on: want && this.#agreed,
      locked,
      pending: this.asking || (want && !flowing),
      error,
      track: want ? track : null,
    };
  }

  get producer(): types.Producer | null {
    return this.#producer;
  }

  isProducer(producerId: string): boolean {
    return this.#producer?.id === producerId;
  }

  /** The person wants it, with this track. */
  switchOn(track: MediaStreamTrack): void {
    if (this.track !== track) this.#take(track);
    this.want = true;
    this.error = null;
    this.#options.onChange();
  }

  /** Silent at once, whatever the server and the network do. */
  switchOff(error: string | null = null): void {
    this.want = false;
    this.#agreed = false;
    this.error = error;
    if (this.track) this.track.enabled = false;
    if (!this.#options.pausable) this.#dropTrack();
    this.#options.onChange();
  }

  /** Another device under the same stream. */
  async replace(track: MediaStreamTrack): Promise<void> {
    const before = this.track;
    this.#take(track);
    track.enabled = before?.enabled ?? false;
    if (this.#producer && !this.#producer.closed) await this.#producer.replaceTrack({ track });
    this.#options.onChange();
  }

  #take(track: MediaStreamTrack): void {
    this.#dropTrack();
    this.track = track;
    track.enabled = false;
    track.addEventListener('ended', this.#ended);
  }

  #dropTrack(): void {
    this.track?.removeEventListener('ended', this.#ended);
    this.track?.stop();
    this.track = null;
  }

  readonly #ended = (): void => {
    this.#dropTrack();
    this.#options.onTrackEnded();
  };

  /** Brings the server in line. Throws only what concerns the link as a whole. */
  async settle(link: MediaLink): Promise<void> {
    try {
      if (this.want && this.track) await this.#begin(link, this.track);
      else await this.#end();
      this.#stumbles = 0;
    } catch (error) {
      const code = codeOf(error);
      if (code === null && !isInterruption(error)) this.#stumbles += 1;
      if (!isFinal(error) && this.#stumbles < stumblesAllowed) throw error;
      this.#stumbles = 0;
      if (code === 'publish_locked') this.locked = true;
      this.switchOff(serverErrorKey(error));
    }
  }

  async #begin(link: MediaLink, track: MediaStreamTrack): Promise<void> {
    if (!this.#producer) {
      // It flows from the server's yes on, which comes with the producer.
      track.enabled = true;
      this.#producer = await link.produce(this.source, track);
      this.#serverPaused = false;
      this.#economised = false;
    } else if (this.#serverPaused) {
      if (!(await this.#told('media.producer.resume', this.#producer))) return this.#begin(link, track);
      this.#serverPaused = false;
    }
    this.locked = false;
    // The person may have switched it off, or the track may have been exchanged, while the server thought about it.
    if (!this.want) {
      track.enabled = false;
      return this.#end();
    }
    if (this.track) this.track.enabled = true;
    this.#agreed = true;
    await this.#economise();
    this.#options.onChange();
  }

  async #economise(): Promise<void> {
    const producer = this.#producer;
    if (!producer || this.economy === this.#economised) return;
    this.#economised = this.economy;
    // A browser that cannot goes on sending all of them.
    await producer.setMaxSpatialLayer(this.economy ? 0 : topLayer).catch(() => undefined);
  }

  async #end(): Promise<void> {
    const producer = this.#producer;
    if (!producer) return;
    if (this.#options.pausable && this.track) {
      if (this.#serverPaused) return;
      this.#serverPaused = await this.#told('media.producer.pause', producer);
    } else {
      this.#producer = null;
      producer.close();
      await this.#told('media.producer.close', producer);
    }
  }

  /** Whether the server still had the stream to do it to; if not, it is forgotten here too. */
  async #told(
    event: 'media.producer.pause' | 'media.producer.resume' | 'media.producer.close',
    producer: types.Producer,
  ): Promise<boolean> {
    try {
      await this.#options.request(event, { producerId: producer.id });
      return true;
    } catch (error) {
      if (codeOf(error) !== 'media_not_found') throw error;
      if (this.#producer === producer) this.forget();
      return false;
    }
  }

  /** The server's state of this stream after an interruption; null: it has none any more. */
  found(view: { paused: boolean; locked: boolean } | null): void {
    if (!this.#producer) return;
    if (!view) this.forget();
    else if (view.locked) this.heardPaused(true);
    else this.#serverPaused = view.paused;
  }

  /** What the server says about this stream. */
  heardPaused(locked: boolean): void {
    this.#serverPaused = true;
    this.locked = locked;
    // An own pause comes back as a fact too, perhaps after the switch was turned on again.
    if (locked) this.switchOff();
    else if (this.error === 'locked') this.error = null;
    this.#options.onChange();
  }

  heardResumed(): void {
    this.#serverPaused = false;
    this.locked = false;
    this.#options.onChange();
  }

  /** The server ended it: a lock, or another tab of this person took the source over. */
  heardRemoved(): void {
    this.forget();
    this.switchOff(this.source === 'microphone' ? 'takenOver' : null);
  }

  /** The link is gone, the wish and the track stay: the next link sends them again. */
  forget(): void {
    this.#producer?.close();
    this.#producer = null;
    this.#serverPaused = false;
    this.#economised = false;
  }

  close(): void {
    this.want = false;
    this.#producer = null;
    this.#dropTrack();
  }
}
