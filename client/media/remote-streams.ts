import type { types } from 'mediasoup-client';
import type { ProducerView } from '../../shared/media/contract.ts';
import { codeOf, isFinal, isInterruption } from './failures.ts';
import type { MediaLink } from './media-link.ts';
import type { MediaRequest, RemoteStream, StreamView } from './media-types.ts';
import type { Saving } from './saving.ts';
import { layerFor } from './sending.ts';

interface Remote {
  view: ProducerView;
  /** The epoch it was heard of in: a reset voids what is older. */
  epoch: number;
  consumer: types.Consumer | null;
  /** As the server knows it. */
  serverPaused: boolean;
  layer: number | null;
  /** What the server was told. */
  priority: number;
  /** The server sends nothing of it, because the way here is too narrow. */
  starved: boolean;
  /** This device cannot decode it, or failed at it again and again. */
  unusable: boolean;
  failures: number;
  /** The server did not know it when it was last asked. */
  missing: boolean;
}

const failuresAllowed = 3;
/** A screen is what the lesson is about, then the teacher's face, then the others'. */
const priorities = { screen: 200, leading: 150, other: 50 };

export interface ReceivedStream {
  view: ProducerView;
  consumer: types.Consumer;
}

/** What others send: known from snapshots and facts, received as far as it is heard or seen. */
export class RemoteStreams {
  readonly #selfUserId: string;
  readonly #request: MediaRequest;
  readonly #onChange: () => void;
  readonly #remotes = new Map<string, Remote>();
  readonly #sizes = new Map<string, StreamView>();
  /** The newest epoch heard of. */
  #epoch = 0;
  #leading: ReadonlySet<string> = new Set();
  #saving: Saving = 'none';

  constructor(options: { selfUserId: string; request: MediaRequest; onChange: () => void }) {
    this.#selfUserId = options.selfUserId;
    this.#request = options.request;
    this.#onChange = options.onChange;
  }

  /** Everybody's streams at this moment; what is not among them has ended. */
  replace(epoch: number, producers: readonly ProducerView[]): void {
    this.#epoch = epoch;
    const present = new Set(producers.map(({ producerId }) => producerId));
    for (const producerId of this.#remotes.keys()) if (!present.has(producerId)) this.remove(producerId);
    for (const view of producers) this.add(view);
  }

  add(view: ProducerView): void {
    // What this person sends from another tab would come back as an echo.
    if (view.userId === this.#selfUserId) return;
    const known = this.#remotes.get(view.producerId);
    if (known) known.view = view;
    else {
      this.#remotes.set(view.producerId, {
        view,
        epoch: this.#epoch,
        consumer: null,
        serverPaused: true,
        layer: null,
        priority: 0,
        starved: false,
        unusable: false,
        failures: 0,
        missing: false,
      });
    }
  }

  remove(producerId: string): void {
    this.#remotes.get(producerId)?.consumer?.close();
    this.#remotes.delete(producerId);
    this.#sizes.delete(producerId);
  }

  setPaused(producerId: string, paused: boolean, locked: boolean): void {
    const remote = this.#remotes.get(producerId);
    if (!remote) return;
    remote.view = { ...remote.view, paused, locked };
    remote.starved = false;
  }

  /** The room began anew: streams from before are void. */
  reset(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch);
    for (const [producerId, { epoch: heard }] of this.#remotes) if (heard < epoch) this.remove(producerId);
  }

  /** The server ended what this consumer received. */
  consumerClosed(consumerId: string): void {
    for (const [producerId, { consumer }] of this.#remotes)
      if (consumer?.id === consumerId) this.remove(producerId);
  }

  /** Whose cameras come first. Answers whether that changed anything. */
  setLeading(userIds: readonly string[]): boolean {
    if (userIds.length === this.#leading.size && userIds.every((userId) => this.#leading.has(userId)))
      return false;
    this.#leading = new Set(userIds);
    return true;
  }

  setSaving(saving: Saving): void {
    this.#saving = saving;
  }

  /** The server sends another layer now, or none. */
  layersChanged(consumerId: string, some: boolean): void {
    for (const remote of this.#remotes.values()) {
      // A pause, of this side or the other, is no lack of bandwidth.
      if (remote.consumer?.id === consumerId)
        remote.starved = !some && !remote.serverPaused && !remote.view.paused;
    }
  }

  #priorityOf({ source, userId }: ProducerView): number {
    if (source === 'screen') return priorities.screen;
    return this.#leading.has(userId) ? priorities.leading : priorities.other;
  }

  /** A camera that is given up for the sake of sound and slides. */
  #isSaved({ source, userId }: ProducerView): boolean {
    if (source !== 'camera' || this.#saving === 'none') return false;
    return this.#saving === 'cameras' || !this.#leading.has(userId);
  }

  setView(producerId: string, view: StreamView): void {
    if (view.visible && this.#remotes.has(producerId)) this.#sizes.set(producerId, view);
    else this.#sizes.delete(producerId);
  }

  /** The link is gone; the next one receives everything again. */
  forget(): void {
    for (const remote of this.#remotes.values()) {
      remote.consumer?.close();
      Object.assign(remote, {
        consumer: null,
        serverPaused: true,
        layer: null,
        starved: false,
        missing: false,
      });
    }
  }

  /** Brings what is received in line with what is heard and seen. Throws only what concerns the link as a whole. */
  async settle(link: MediaLink): Promise<void> {
    const results = await Promise.allSettled(
      [...this.#remotes.values()].map((remote) => this.#settleOne(link, remote)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #settleOne(link: MediaLink, remote: Remote): Promise<void> {
    const { producerId, kind, source } = remote.view;
    const size = this.#sizes.get(producerId);
    const wanted = kind === 'audio' || (size !== undefined && !this.#isSaved(remote.view));
    try {
      if (wanted && !remote.consumer && !remote.unusable) await this.#receive(link, remote);
      const { consumer } = remote;
      if (!consumer) return;
      const layer =
        size && source === 'camera' ? layerFor(size.height, globalThis.devicePixelRatio || 1) : null;
      if (layer !== null && layer !== remote.layer) {
        await this.#request('media.consumer.layers', { consumerId: consumer.id, spatialLayer: layer });
        remote.layer = layer;
      }
      const priority = this.#priorityOf(remote.view);
      if (kind === 'video' && priority !== remote.priority) {
        await this.#request('media.consumer.priority', { consumerId: consumer.id, priority });
        remote.priority = priority;
      }
      if (wanted === remote.serverPaused) {
        await this.#request(wanted ? 'media.consumer.resume' : 'media.consumer.pause', {
          consumerId: consumer.id,
        });
        remote.serverPaused = !wanted;
        remote.starved = false;
      }
    } catch (error) {
      // It may have ended while we asked.
      if (this.#remotes.get(producerId) !== remote) return;
      this.#failed(remote, error);
    }
  }

  /** @throws the error again, unless it is about this stream alone and final */
  #failed(remote: Remote, error: unknown): void {
    const code = codeOf(error);
    if (isFinal(error)) {
      remote.unusable = true;
      return;
    }
    if (code === 'media_not_found') {
      // A consumer the server lost is made again; a producer it lost is gone, or the whole transport is.
      remote.missing = remote.consumer === null;
      remote.consumer?.close();
      remote.consumer = null;
    } else if (code === null && !isInterruption(error)) {
      remote.failures += 1;
      remote.unusable = remote.failures >= failuresAllowed;
    }
    throw error;
  }

  async #receive(link: MediaLink, remote: Remote): Promise<void> {
    const priority = this.#priorityOf(remote.view);
    const consumer = await link.consume(remote.view.producerId, priority);
    if (this.#remotes.get(remote.view.producerId) !== remote) {
      consumer.close();
      return;
    }
    remote.consumer = consumer;
    remote.serverPaused = true;
    remote.layer = null;
    remote.priority = priority;
    remote.starved = false;
    remote.missing = false;
    this.#onChange();
  }

  /** Forgets the streams the server did not know, once it is sure that it still knows the transports. */
  dropMissing(): void {
    for (const [producerId, { missing }] of this.#remotes) if (missing) this.remove(producerId);
  }

  list(): RemoteStream[] {
    return [...this.#remotes.values()].map(({ view, consumer, starved }) => {
      const { producerId, userId, source, kind, paused } = view;
      const withheld = !paused && (starved || this.#isSaved(view));
      const shown = kind === 'audio' || (this.#sizes.has(producerId) && !withheld);
      const track = shown ? (consumer?.track ?? null) : null;
      return { producerId, userId, source, kind, paused, withheld, track };
    });
  }

  received(): ReceivedStream[] {
    return [...this.#remotes.values()].flatMap(({ view, consumer }) =>
      consumer && !consumer.closed ? [{ view, consumer }] : [],
    );
  }
}
