import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { MediaReason, MediaStatus } from '../../shared/media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { MediaTimings } from './types.ts';
import type { WorkerProgress } from './worker-binary.ts';

/** A running worker process with its ports and what it carries. */
export interface WorkerSlot {
  index: number;
  worker: types.Worker;
  server: types.WebRtcServer;
  rooms: number;
  transports: number;
}

export interface WorkerPoolOptions {
  size: number;
  log: Logger;
  timings: Pick<MediaTimings, 'respawn' | 'healthy' | 'binaryRetry'>;
  binary: (signal: AbortSignal, onProgress: (progress: WorkerProgress) => void) => Promise<string>;
  listenInfos: (index: number) => Promise<types.TransportListenInfo[]>;
  /** The state, its reason or the progress changed. */
  onStatus: (status: MediaStatus) => void;
  /** Everything on this worker is gone. */
  onDeath: (slot: WorkerSlot) => void;
}

/** Deaths in a row that are answered with a new worker and no alarm: together they take about a second. */
const deathsBorne = 3;
const maxDoublings = 7;
const hour = 60 * 60 * 1000;
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const startReason = (error: unknown): MediaReason =>
  /in use/i.test(text(error)) ? 'port_in_use' : 'not_started';

/**
 * Keeps `size` worker processes alive. A worker that dies is started again at once, one that dies again and again
 * after growing pauses. The pool is `ready` while a worker runs or the next is on its way.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #stopping = new AbortController();
  readonly #slots = new Set<WorkerSlot>();
  #status: MediaStatus = { state: 'building', reason: null, percent: null };
  #detail: string | null = null;
  #waiting: (() => void)[] = [];
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Starts in the background. */
  start(): void {
    this.#running = this.#boot().catch((error: unknown) => {
      if (!this.#stopped) this.#fail('not_started', text(error));
    });
  }

  /** Ends every worker process and the attempts to start one. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const slot of this.#slots) slot.worker.close();
    this.#slots.clear();
    this.#wake();
    await this.#running;
  }

  status(): MediaStatus {
    return this.#status;
  }

  /** Why it failed, in words for whoever runs the server: they may hold paths and messages of the system. */
  detail(): string | null {
    return this.#detail;
  }

  slots(): WorkerSlot[] {
    return [...this.#slots];
  }

  /**
   * The worker with the fewest transports, then rooms, with the new room counted: whoever asked takes it off again
   * when the room ends. Waits while the only worker is being restarted.
   * @throws AppError media_unavailable
   */
  async pick(): Promise<WorkerSlot> {
    while (!this.#stopped) {
      // A worker that died a moment ago is still in the list.
      const alive = this.slots().filter(({ worker }) => !worker.closed);
      const [least] = alive.toSorted((a, b) => a.transports - b.transports || a.rooms - b.rooms);
      if (least) {
        // Counted here and not when the router is made: rooms that open in the same moment spread too.
        least.rooms += 1;
        return least;
      }
      if (this.#status.state !== 'ready') break;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    throw new AppError('media_unavailable');
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #boot(): Promise<void> {
    const program = await this.#obtain();
    if (program === null) return;
    await Promise.all(Array.from({ length: this.#options.size }, (_, index) => this.#keep(program, index)));
  }

  async #obtain(): Promise<string | null> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        if (attempt > 0) this.#become({ state: 'building', reason: 'searching', percent: null });
        return await this.#options.binary(this.#stopping.signal, ({ step, percent }) => {
          if (!this.#stopped) this.#become({ state: 'building', reason: step, percent });
        });
      } catch (error) {
        if (this.#stopped) break;
        this.#options.log.error({ err: error }, 'media worker program is not available');
        this.#fail('no_program', text(error));
        await this.#pause(Math.min(this.#options.timings.binaryRetry * 2 ** attempt, hour));
      }
    }
    return null;
  }

  /** One place in the pool, for as long as the pool runs. */
  async #keep(program: string, index: number): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      try {
        const slot = await this.#spawn(program, index);
        const began = performance.now();
        const end = await this.#lifetime(slot);
        // mediasoup closes its workers itself when the process is told to end: that is no death.
        if (this.#stopped || end === 'closed')
          return this.#unlessOthers('stopping', 'The server is stopping.');
        failures = performance.now() - began > this.#options.timings.healthy ? 1 : failures + 1;
        if (failures > deathsBorne)
          this.#unlessOthers('unstable', 'The media worker keeps ending unexpectedly.');
        this.#options.onDeath(slot);
      } catch (error) {
        if (this.#stopped) return;
        failures = Math.max(failures, deathsBorne) + 1;
        this.#options.log.error({ err: error, index }, 'media worker did not start');
        this.#unlessOthers(startReason(error), text(error));
      }
      if (failures > 1)
        await this.#pause(this.#options.timings.respawn * 2 ** Math.min(failures - 2, maxDoublings));
    }
  }

  async #spawn(program: string, index: number): Promise<WorkerSlot> {
    const worker = await createWorker({ workerBin: program, logLevel: 'warn' });
    try {
      const server = await worker.createWebRtcServer({ listenInfos: await this.#options.listenInfos(index) });
      if (this.#stopped) throw new Error('stopping');
      return { index, worker, server, rooms: 0, transports: 0 };
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  /** From the moment the worker serves until it does not. */
  async #lifetime(slot: WorkerSlot): Promise<'died' | 'closed'> {
    const { log } = this.#options;
    const over = new Promise<'died' | 'closed'>((resolve) => {
      slot.worker.once('died', (error) => {
        log.error({ err: error, index: slot.index, rooms: slot.rooms }, 'media worker died');
        resolve('died');
      });
      // Comes after `died` where there was one.
      slot.worker.observer.once('close', () => resolve('closed'));
      // It may have gone between its ports and this line.
      if (slot.worker.closed) resolve('died');
    });
    this.#slots.add(slot);
    log.info({ index: slot.index, pid: slot.worker.pid }, 'media worker is running');
    this.#detail = null;
    this.#become({ state: 'ready', reason: null, percent: null });
    this.#wake();
    const end = await over;
    this.#slots.delete(slot);
    return end;
  }

  #unlessOthers(reason: MediaReason, detail: string): void {
    if (this.#slots.size === 0) this.#fail(reason, detail);
  }

  #fail(reason: MediaReason, detail: string): void {
    this.#detail = detail;
    this.#become({ state: 'failed', reason, percent: null });
  }

  #become(status: MediaStatus): void {
    const { state, reason, percent } = this.#status;
    if (state === status.state && reason === status.reason && percent === status.percent) return;
    this.#status = status;
    this.#options.onStatus(status);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }
}
