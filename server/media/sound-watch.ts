/** How long an open microphone may be silent before its owner is told, in milliseconds. */
export interface SilenceLimits {
  /** Since it was opened: who opens a microphone means to be heard. */
  first: number;
  /** Since its last sound: listening is no fault, but a switch on the cable is easily forgotten. */
  later: number;
}

/** A microphone whose owner has to be told something new. */
export interface Verdict {
  id: string;
  silent: boolean;
}

interface Watched {
  /** When it was opened, or last heard. */
  since: number;
  heard: boolean;
  silent: boolean;
}

/**
 * Decides which open microphones give no sound. A device that is muted, broken or the wrong one sends nothing or digital
 * silence; a living one has noise of its own. Pure: the time is passed in, in milliseconds.
 */
export class SoundWatch {
  readonly #limits: SilenceLimits;
  readonly #watched = new Map<string, Watched>();

  constructor(limits: SilenceLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** It was opened, or its owner has to hear it anew. */
  open(id: string, now: number): void {
    this.#watched.set(id, { since: now, heard: false, silent: false });
  }

  /** It was muted or has ended. Answers whether its owner still believes it to be silent. */
  close(id: string): boolean {
    const silent = this.#watched.get(id)?.silent ?? false;
    this.#watched.delete(id);
    return silent;
  }

  /** Sound came from these. Answers those whose owners were told otherwise. */
  heard(ids: readonly string[], now: number): Verdict[] {
    return ids.flatMap((id) => {
      const one = this.#watched.get(id);
      if (!one) return [];
      const { silent } = one;
      Object.assign(one, { since: now, heard: true, silent: false });
      return silent ? [{ id, silent: false }] : [];
    });
  }

  /** No packet comes from it any more: that is no pause in speech. */
  dried(id: string): Verdict[] {
    const one = this.#watched.get(id);
    if (!one || one.silent) return [];
    one.silent = true;
    return [{ id, silent: true }];
  }

  /** Who has been silent for too long by now. */
  check(now: number): Verdict[] {
    return [...this.#watched].flatMap(([id, one]) => {
      const limit = one.heard ? this.#limits.later : this.#limits.first;
      if (one.silent || now - one.since < limit) return [];
      one.silent = true;
      return [{ id, silent: true }];
    });
  }
}
