import * as Y from 'yjs';
import type { Logger } from '../kernel/logger.ts';
import { isEmptyStateVector } from './coverage.ts';
import { mergeUpdates } from './document-state.ts';
import { differenceFrame, updateFrame } from './protocol.ts';
import type { StateOperations } from './state-operations.ts';

/** A state up to this size is cut for a returning client at once; a larger one in the worker. */
const inlineBytes = 32 * 1024;
/** Loose updates are merged when there are this many; openers get at most this many bytes of them besides the state. */
const looseUpdates = 50;
const tailBytes = 64 * 1024;
const keptDifferences = 32;

type Work = Pick<StateOperations, 'fold' | 'difference'>;

/**
 * What newcomers get: the encoded document at some moment, and what was relayed since. Thirty who open a note at the
 * bell share one encoded state; there is no resident document.
 */
export class OpeningState {
  readonly #work: Work;
  readonly #log: Logger;
  #state: Uint8Array;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #loose: Uint8Array[] = [];
  #tailFrames: Uint8Array[] | undefined;
  #differences = new Map<string, Promise<Uint8Array>>();
  #folding: Promise<void> | undefined;

  constructor(state: Uint8Array, work: Work, log: Logger) {
    this.#state = state;
    this.#work = work;
    this.#log = log;
  }

  /** Something was relayed. */
  add(update: Uint8Array): void {
    this.#loose.push(update);
    this.#tailBytes += update.length;
    this.#tailFrames = undefined;
    if (this.#loose.length >= looseUpdates) this.#gatherLoose();
    // In proportion to the state, so that folding a long note costs the same per byte as a short one.
    if (this.#tailBytes > Math.max(tailBytes, this.#state.length / 2)) void this.#fold();
  }

  /**
   * The frames for a client that has `stateVector`: first what is not in the state yet, then SyncStep2, so that the
   * client is complete when it calls itself synced. Send them before anything else is awaited.
   */
  async frames(stateVector: Uint8Array): Promise<Uint8Array[]> {
    if (this.#tailBytes > tailBytes) await this.#fold();
    for (;;) {
      const state = this.#state;
      const difference = await this.#difference(stateVector);
      // A fold that ended meanwhile took updates out of the tail: the difference must be of the newer state.
      if (state === this.#state) return [...(this.#tailFrames ??= this.#frameTail()), difference];
    }
  }

  #frameTail(): Uint8Array[] {
    return mergeUpdates([...this.#tail, ...this.#loose]).map(updateFrame);
  }

  #difference(stateVector: Uint8Array): Promise<Uint8Array> {
    const key = isEmptyStateVector(stateVector) ? '' : Buffer.from(stateVector).toString('base64');
    let frame = this.#differences.get(key);
    if (!frame) {
      frame = this.#cut(key === '' ? null : stateVector).then(differenceFrame);
      const differences = this.#differences;
      // A failure (the worker ended) is not kept: the next who asks tries anew.
      frame.catch(() => differences.delete(key));
      if (differences.size >= keptDifferences) differences.delete(differences.keys().next().value!);
      differences.set(key, frame);
    }
    return frame;
  }

  async #cut(stateVector: Uint8Array | null): Promise<Uint8Array> {
    if (!stateVector) return this.#state;
    if (this.#state.length <= inlineBytes) return Y.diffUpdate(this.#state, stateVector);
    return this.#work.difference({ state: this.#state, stateVector });
  }

  #gatherLoose(): void {
    this.#tail.push(...mergeUpdates(this.#loose));
    this.#loose = [];
  }

  #fold(): Promise<void> {
    return (this.#folding ??= this.#foldNow().finally(() => {
      this.#folding = undefined;
    }));
  }

  async #foldNow(): Promise<void> {
    this.#gatherLoose();
    const updates = [...this.#tail];
    try {
      this.#state = await this.#work.fold({ state: this.#state, updates });
      this.#differences = new Map();
      this.#tail.splice(0, updates.length);
      this.#tailBytes = [...this.#tail, ...this.#loose].reduce((sum, update) => sum + update.length, 0);
      this.#tailFrames = undefined;
    } catch (error) {
      // Newcomers then get more frames; nothing is lost.
      this.#log.warn({ err: error }, 'a note could not be folded');
    }
  }
}
