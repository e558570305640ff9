import type { types } from 'mediasoup';
import type { MediaSource, ProducerView } from '../../shared/media/contract.ts';
import type { FactQueue } from './fact-queue.ts';
import type { Peer } from './peer.ts';

export interface ProducerEntry {
  producer: types.Producer;
  peer: Peer;
  source: MediaSource;
  /** Paused by the server; not the owner's to resume. */
  locked: boolean;
}

/** What a source carries. */
export const kindOf = (source: MediaSource): types.MediaKind =>
  source === 'camera' || source === 'screen' ? 'video' : 'audio';

/** A locked screen is ended, not paused: its owner should see that nothing is shown any more and choose anew. */
const endsWhenLocked = (source: MediaSource): boolean => source === 'screen' || source === 'screen-audio';

/** The streams of a room. Every change and its fact happen in one turn, so that memory and log tell one story. */
export class Producers {
  readonly #entries = new Map<string, ProducerEntry>();
  readonly #facts: FactQueue;

  constructor(facts: FactQueue) {
    this.#facts = facts;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(producerId: string): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  views(): ProducerView[] {
    return [...this.#entries.values()].map(view);
  }

  of(userId: string): ProducerEntry[] {
    return [...this.#entries.values()].filter(({ peer }) => peer.person.userId === userId);
  }

  /**
   * Shows a stream to the room; an older one of the same source by the same person, in whichever tab, makes room.
   * `silent` is asked when the stream ends: whether its end needs no fact, because the whole room ends or begins anew.
   */
  add(entry: ProducerEntry, silent: () => boolean): Promise<void> {
    const { producer, peer, source } = entry;
    for (const older of this.of(peer.person.userId)) {
      if (older.source === source) older.producer.close();
    }
    this.#entries.set(producer.id, entry);
    producer.observer.on('close', () => {
      this.#entries.delete(producer.id);
      if (silent()) return;
      void this.#facts.push({
        type: 'media.producer.removed',
        producerId: producer.id,
        userId: peer.person.userId,
      });
    });
    return this.#facts.push({ type: 'media.producer.added', ...view(entry) });
  }

  /** The owner's pause. A stream that is paused already stays as it is, without a fact. */
  async pause(entry: ProducerEntry): Promise<void> {
    if (entry.producer.paused) return;
    await entry.producer.pause();
    this.#tellPaused(entry);
  }

  /** Whoever calls it has asked for the right. */
  async resume(entry: ProducerEntry): Promise<void> {
    if (!entry.producer.paused && !entry.locked) return;
    await entry.producer.resume();
    entry.locked = false;
    void this.#facts.push({ type: 'media.producer.resumed', ...ids(entry) });
  }

  /** Brings a stream in line with what its owner may do now. */
  async enforce(entry: ProducerEntry, allowed: boolean): Promise<void> {
    if (entry.producer.closed || entry.locked === !allowed) return;
    if (!allowed && endsWhenLocked(entry.source)) return entry.producer.close();
    if (!allowed && !entry.producer.paused) await entry.producer.pause();
    entry.locked = !allowed;
    // Also after an unlock it is paused: nobody's microphone opens without them.
    this.#tellPaused(entry);
  }

  #tellPaused(entry: ProducerEntry): void {
    void this.#facts.push({ type: 'media.producer.paused', ...ids(entry), locked: entry.locked });
  }
}

const ids = ({ producer, peer }: ProducerEntry): { producerId: string; userId: string } => ({
  producerId: producer.id,
  userId: peer.person.userId,
});

function view({ producer, peer, source, locked }: ProducerEntry): ProducerView {
  return {
    producerId: producer.id,
    userId: peer.person.userId,
    kind: producer.kind,
    source,
    paused: producer.paused,
    locked,
  };
}
