import { noteCloseCodes } from '../../shared/notes/contract.ts';
import type { Logger } from '../kernel/logger.ts';
import { ClockSet, Coverage, readForeignContents } from './coverage.ts';
import type { Contents } from './coverage.ts';
import type { NotePeer } from './note-peer.ts';
import { OpeningState } from './opening-state.ts';
import { MalformedFrame, stateVectorFrame, updateFrame, webSocketMessages } from './protocol.ts';
import type { ClientFrame } from './protocol.ts';
import { RoomAwareness } from './room-awareness.ts';
import type { NoteSettings } from './settings.ts';
import type { LoadedDocument, StateOperations } from './state-operations.ts';
import { WorkerStopped } from './state-worker.ts';
import type { AppendFailure, LogEntry, UpdateLog } from './update-log.ts';

/** Decoding more than this takes long enough to be felt by others: it is done in the worker. */
const inlineBytes = 64 * 1024;
/** A note at its limit is compacted to make room, but not for every frame of somebody who keeps pushing. */
const makeRoomEveryMs = 10_000;

/** A frame of a peer's on its way into the log. */
export interface RoomEntry extends LogEntry {
  peer: NotePeer;
  /** The frame's size, also when nothing of it is stored. */
  frameBytes: number;
  contents: Contents | null;
}

export interface RoomDeps {
  settings: NoteSettings;
  log: Logger;
  updates: UpdateLog<RoomEntry>;
  /** For openings. */
  work: StateOperations;
  /** For what may take long: nobody who opens a note waits behind it. */
  slowWork: Pick<StateOperations, 'compact'>;
  now: () => number;
  /** Nobody is here any more and nothing waits to be stored. */
  onIdle: (room: DocumentRoom) => void;
  counts: { compactions: number; relayed: number; refused: number };
}

/**
 * One document while sockets are open on it. Knows what the log holds (not the text itself), relays at once, appends
 * through the log, and counts for each peer what is committed.
 */
export class DocumentRoom {
  readonly documentId: string;
  readonly peers = new Set<NotePeer>();
  /** Resolves to false when there is no such document; rejects when it could not be read. */
  readonly ready: Promise<boolean>;
  readonly #deps: RoomDeps;
  readonly #awareness: RoomAwareness<NotePeer>;
  /** What was received and relayed, stored or about to be. */
  readonly #received = new Coverage();
  /** What is stored. */
  readonly #committed = new ClockSet();
  #opening!: OpeningState;
  #lastSeq = 0;
  #sizeBytes = 0;
  /** Rows of the log since the last snapshot. */
  #rows = 0;
  #relay: { from: NotePeer | null; update: Uint8Array }[] = [];
  #relayedAt = -Infinity;
  #awarenessTimer: NodeJS.Timeout | undefined;
  #compacting: Promise<void> | undefined;
  #compactedAt = -Infinity;
  #compactTimer: NodeJS.Timeout | undefined;
  #madeRoomAt = -Infinity;
  #over = false;
  #holds = 0;

  constructor(documentId: string, deps: RoomDeps) {
    this.documentId = documentId;
    this.#deps = deps;
    this.#awareness = new RoomAwareness(deps.now);
    this.ready = this.#load();
  }

  /** After a failed append: a new room is made from what is stored. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Somebody is about to join. */
  hold(): void {
    this.#holds += 1;
  }

  letGo(): void {
    this.#holds -= 1;
    this.#checkIdle();
  }

  /** Lets a peer in, once `ready`: it is told what is stored and who is here. */
  join(peer: NotePeer): void {
    this.peers.add(peer);
    peer.send(stateVectorFrame(this.#committed.stateVector()));
    this.#tellOthers(peer);
    // A log that grew long while nobody was here (an earlier compaction failed) is not left so.
    this.#compactIfDue();
  }

  leave(peer: NotePeer): void {
    if (!this.peers.delete(peer)) return;
    this.#awareness.leave(peer);
    this.#announceAwareness();
    this.#checkIdle();
  }

  echo(peer: NotePeer): void {
    peer.send(this.#awareness.echo(peer));
  }

  /**
   * One frame of a peer's. A promise: the next frame must wait for it.
   * @throws MalformedFrame
   */
  receive(peer: NotePeer, frame: ClientFrame): Promise<void> | void {
    switch (frame.kind) {
      case 'step1':
        return this.#answer(peer, frame.stateVector);
      case 'step2':
      case 'update':
        return this.#edit(peer, frame.update);
      case 'awareness':
        if (!this.#awareness.receive(peer, frame.update)) return;
        if (!peer.takeFrame()) return peer.close(noteCloseCodes.tooFast, 'too fast');
        return this.#announceAwareness();
      case 'query-awareness':
        return this.#tellOthers(peer);
      case 'unknown':
        return;
    }
  }

  /** The log stored these. */
  committed(entries: readonly RoomEntry[], base: number, snapshot?: { sizeBytes: number }): void {
    const rows = entries.filter((entry) => entry.update).length;
    if (rows > 0) {
      const foreign = base !== this.#lastSeq;
      this.#lastSeq = base + rows;
      this.#rows = snapshot ? 0 : this.#rows + rows;
      if (snapshot) this.#sizeBytes = snapshot.sizeBytes + this.#unstoredBytes(entries);
      if (foreign) void this.#catchUp();
    }
    const peers = new Set<NotePeer>();
    for (const { contents, peer, frameBytes } of entries) {
      if (contents) this.#committed.addAll(contents.structs);
      peer.stored(frameBytes);
      peers.add(peer);
    }
    for (const peer of peers) peer.sendCommitted();
    this.#compactIfDue();
    // The log forgets the document in this same turn, after this call.
    queueMicrotask(() => this.#checkIdle());
  }

  /** The log could not store something that was relayed: everybody has to synchronise again, from what is stored. */
  failed(reason: AppendFailure): void {
    this.#over = true;
    for (const peer of this.peers) {
      if (reason === 'missing') peer.close(noteCloseCodes.missing, 'no such note');
      else peer.close(noteCloseCodes.tryAgain, 'could not be stored');
    }
    this.peers.clear();
    this.#stopTimers();
    this.#deps.onIdle(this);
  }

  async #load(): Promise<boolean> {
    const loaded = await this.#deps.work.load(this.documentId);
    if (!loaded) return false;
    this.#opening = new OpeningState(loaded.state, this.#deps.work, this.#deps.log);
    this.#learn(loaded);
    this.#sizeBytes = loaded.sizeBytes;
    return true;
  }

  #learn(loaded: LoadedDocument): void {
    this.#received.add(loaded.contents);
    this.#committed.addAll(loaded.contents.structs);
    this.#lastSeq = loaded.lastSeq;
    this.#rows = loaded.rows;
  }

  async #answer(peer: NotePeer, stateVector: Uint8Array): Promise<void> {
    const frames = await this.#opening.frames(stateVector);
    peer.sendOpening(frames);
  }

  #edit(peer: NotePeer, update: Uint8Array): Promise<void> | void {
    if (update.length <= inlineBytes) return this.#accept(peer, update, decode(update));
    return this.#deps.work.contents(update).then(
      (contents) => this.#accept(peer, update, contents),
      (error: unknown) => {
        throw new MalformedFrame(error);
      },
    );
  }

  #accept(peer: NotePeer, update: Uint8Array, contents: Contents): Promise<void> | void {
    if (this.#over) return;
    const news = this.#received.lacking(update, contents);
    if (!news) return this.#append(peer, update.length, null);
    if (peer.access !== 'edit') {
      this.#deps.counts.refused += 1;
      return peer.deny();
    }
    const fits = () => this.#sizeBytes + news.update.length <= this.#deps.settings.documentBytes;
    if (fits()) return this.#append(peer, update.length, news);
    return this.#acceptInMadeRoom(peer, update, contents, fits);
  }

  async #acceptInMadeRoom(
    peer: NotePeer,
    update: Uint8Array,
    contents: Contents,
    fits: () => boolean,
  ): Promise<void> {
    await this.#makeRoom();
    // Rights and coverage may have changed while waiting.
    if (fits()) await this.#accept(peer, update, contents);
    else peer.close(noteCloseCodes.tooLarge, 'this note has reached its size limit');
  }

  /** Relays and queues in the same turn, so that the log's order is the order of the relay. */
  #append(peer: NotePeer, frameBytes: number, news: { update: Uint8Array; contents: Contents } | null): void {
    peer.waits(frameBytes);
    if (news) {
      this.#received.add(news.contents);
      this.#opening.add(news.update);
      this.#sizeBytes += news.update.length;
      this.#send(peer, news.update);
    }
    this.#deps.updates.append(this.documentId, {
      update: news?.update ?? null,
      contents: news?.contents ?? null,
      userId: peer.user.id,
      clientId: this.#awareness.clientId(peer),
      peer,
      frameBytes,
    });
  }

  #send(from: NotePeer | null, update: Uint8Array): void {
    if (this.#relay.length === 0) {
      const wait = this.#stillToWait(this.#relayedAt, this.#deps.settings.relayEveryMs);
      if (wait > 0) setTimeout(() => this.#flushRelay(), wait);
      else setImmediate(() => this.#flushRelay());
    }
    this.#relay.push({ from, update });
  }

  /**
   * One write per peer, whoever wrote how much since the last one. What comes after a pause goes at the end of this turn of
   * the event loop; in a storm writes are milliseconds apart, for writing to all sockets is what a storm costs. Edits stay
   * frames of their own: merging them would cost more than it saves.
   */
  #flushRelay(): void {
    const relay = this.#relay;
    this.#relay = [];
    this.#relayedAt = this.#deps.now();
    const writers = new Set(relay.map(({ from }) => from));
    // A writer among others gets its own back: Yjs ignores what it has, and everybody shares the same bytes.
    const only = writers.size === 1 ? relay[0]!.from : null;
    const messages = webSocketMessages(relay.map(({ update }) => updateFrame(update)));
    for (const peer of this.peers) {
      if (!peer.follows || peer === only) continue;
      peer.sendMessages(messages);
      this.#deps.counts.relayed += relay.length;
    }
  }

  #tellOthers(peer: NotePeer): void {
    const others = this.#awareness.others(peer);
    if (others) peer.send(others);
  }

  /** Presence may lag: the more people, the more is gathered into one frame, for each of them sends it all back. */
  #announceAwareness(): void {
    if (!this.#awareness.hasChanges || this.#awarenessTimer || this.#over) return;
    const delay = Math.min(500, 10 + this.peers.size * 2);
    this.#awarenessTimer = setTimeout(() => {
      this.#awarenessTimer = undefined;
      const frameFor = this.#awareness.takeChanges();
      for (const peer of this.peers) {
        const frame = frameFor(peer);
        if (frame) peer.send(frame);
      }
    }, delay);
  }

  /** Somebody else (another node, an import) appended: what they wrote is fetched and relayed. */
  async #catchUp(): Promise<void> {
    try {
      const loaded = await this.#deps.work.load(this.documentId);
      if (!loaded || this.#over) return;
      const news = this.#received.lacking(loaded.state, loaded.contents);
      this.#received.add(loaded.contents);
      this.#committed.addAll(loaded.contents.structs);
      if (!news) return;
      this.#opening.add(news.update);
      this.#send(null, news.update);
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'updates of another writer could not be read');
    }
  }

  /** A storm reaches the number of updates several times a second; more often than needed is work for nothing. */
  #compactIfDue(): void {
    if (this.#rows < this.#deps.settings.snapshotEveryUpdates || this.#over || this.#compactTimer) return;
    const wait = this.#stillToWait(this.#compactedAt, this.#deps.settings.snapshotEveryMs);
    if (wait <= 0) return void this.#compact();
    this.#compactTimer = setTimeout(() => {
      this.#compactTimer = undefined;
      this.#compactIfDue();
    }, wait);
  }

  /** Never longer than the pause itself, also when the clock was set back. */
  #stillToWait(last: number, pauseMs: number): number {
    return Math.min(pauseMs, last + pauseMs - this.#deps.now());
  }

  #stopTimers(): void {
    clearTimeout(this.#awarenessTimer);
    clearTimeout(this.#compactTimer);
  }

  #compact(): Promise<void> {
    return (this.#compacting ??= this.#compactNow().finally(() => {
      this.#compacting = undefined;
    }));
  }

  async #compactNow(): Promise<void> {
    // Counted anew from here, so that a failure is retried after as many updates again, not at once.
    this.#rows = 0;
    this.#compactedAt = this.#deps.now();
    const sizeBefore = this.#sizeBytes;
    try {
      const compacted = await this.#deps.slowWork.compact(this.documentId);
      if (!compacted) return;
      // What arrived during the compaction is counted on top: rather too large than too small until the next one.
      this.#sizeBytes = compacted.sizeBytes + (this.#sizeBytes - sizeBefore);
      this.#deps.counts.compactions += 1;
    } catch (error) {
      if (!(error instanceof WorkerStopped))
        this.#deps.log.warn({ err: error }, 'a note could not be compacted');
    }
  }

  async #makeRoom(): Promise<void> {
    if (this.#deps.now() - this.#madeRoomAt < makeRoomEveryMs) return this.#compacting;
    this.#madeRoomAt = this.#deps.now();
    await this.#deps.updates.settled(this.documentId);
    await this.#compacting;
    await this.#compact();
  }

  /** Of this document's entries, those that were accepted but are not among `entries`. */
  #unstoredBytes(entries: readonly RoomEntry[]): number {
    const stored = new Set(entries);
    return this.#deps.updates
      .waiting(this.documentId)
      .reduce((sum, entry) => sum + (stored.has(entry) ? 0 : (entry.update?.length ?? 0)), 0);
  }

  #checkIdle(): void {
    if (this.#over || this.#holds > 0 || this.peers.size > 0) return;
    if (!this.#deps.updates.isSettled(this.documentId)) return;
    // What is left to compact is the recurring job's.
    this.#stopTimers();
    this.#deps.onIdle(this);
  }
}

function decode(update: Uint8Array): Contents {
  try {
    return readForeignContents(update);
  } catch (error) {
    throw new MalformedFrame(error);
  }
}
