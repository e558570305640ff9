import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { DocumentRoom } from './document-room.ts';
import type { RoomDeps, RoomEntry } from './document-room.ts';
import type { NoteSettings } from './settings.ts';
import { createStateWorker } from './state-worker.ts';
import type { StateWorker } from './state-worker.ts';
import { UpdateLog } from './update-log.ts';

/** The rooms of this process, the log they share and the threads that work for them. */
export class DocumentRooms {
  readonly #rooms = new Map<string, DocumentRoom>();
  readonly #work: StateWorker;
  readonly #slowWork: StateWorker;
  readonly #updates: UpdateLog<RoomEntry>;
  readonly #roomDeps: RoomDeps;

  constructor(deps: { url: string; clock: Clock; log: Logger; settings: NoteSettings }) {
    this.#work = createStateWorker({ url: deps.url, name: 'notes-openings', log: deps.log });
    this.#slowWork = createStateWorker({ url: deps.url, name: 'notes-compaction', log: deps.log });
    this.#updates = new UpdateLog<RoomEntry>(deps.url, {
      clock: deps.clock,
      log: deps.log,
      settings: deps.settings,
      large: this.#slowWork,
      listener: {
        committed: (documentId, ...stored) => this.#rooms.get(documentId)?.committed(...stored),
        failed: (documentId, reason) => this.#rooms.get(documentId)?.failed(reason),
      },
    });
    this.#roomDeps = {
      settings: deps.settings,
      log: deps.log,
      updates: this.#updates,
      work: this.#work,
      slowWork: this.#slowWork,
      now: () => deps.clock.now().getTime(),
      onIdle: (room) => this.#drop(room),
      counts: { compactions: 0, relayed: 0, refused: 0 },
    };
  }

  /** The room of a document, made when there is none, and kept until the visit is disposed of or a peer has joined. */
  visit(documentId: string): Disposable & { room: DocumentRoom } {
    const room = this.#rooms.get(documentId) ?? this.#make(documentId);
    room.hold();
    return { room, [Symbol.dispose]: () => room.letGo() };
  }

  async compact(documentId: string): Promise<boolean> {
    const compacted = await this.#slowWork.compact(documentId);
    if (compacted) this.#roomDeps.counts.compactions += 1;
    return compacted !== null;
  }

  /** Waits until everything that was received is stored (or could not be). */
  drain(): Promise<void> {
    return this.#updates.drain();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#work.stop(), this.#slowWork.stop(), this.#updates.close()]);
  }

  counts() {
    return {
      rooms: this.#rooms.size,
      pending: this.#updates.pending,
      ...this.#updates.counts,
      ...this.#roomDeps.counts,
    };
  }

  #make(documentId: string): DocumentRoom {
    const room = new DocumentRoom(documentId, this.#roomDeps);
    this.#rooms.set(documentId, room);
    // What could not be read is read anew by the next visitor.
    room.ready.then(
      (exists) => exists || this.#drop(room),
      () => this.#drop(room),
    );
    return room;
  }

  #drop(room: DocumentRoom): void {
    if (this.#rooms.get(room.documentId) === room) this.#rooms.delete(room.documentId);
  }
}
