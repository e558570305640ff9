import { mediaFacts, mediaSignals } from '../../shared/media/contract.ts';
import type { RoomSnapshot } from '../../shared/live/contract.ts';
import { nextState } from './engine-state.ts';
import { codeOf } from './failures.ts';
import { MediaLink } from './media-link.ts';
import type {
  MediaEngine,
  MediaEngineOptions,
  MediaEngineState,
  MediaEngineStatus,
  MediaQuality,
  StreamView,
} from './media-types.ts';
import { MutedEar } from './muted-ear.ts';
import { OwnSources } from './own-sources.ts';
import { createPatientRequests } from './patient-requests.ts';
import type { PatientRequests } from './patient-requests.ts';
import { rateQuality, rateStrain, sampleOf } from './quality.ts';
import type { QualitySample } from './quality.ts';
import { RemoteStreams } from './remote-streams.ts';
import { createSaving } from './saving.ts';
import type { Saving } from './saving.ts';
import { inboundStats, outboundStats } from './support-tool.ts';
import type { MediaStats, MediaSupportTool } from './support-tool.ts';

export type {
  MediaEngine,
  MediaEngineOptions,
  MediaEngineState,
  MediaEngineStatus,
  MediaEvent,
  MediaInput,
  MediaQuality,
  MediaReply,
  MediaRequest,
  OwnSource,
  OwnState,
  RemoteStream,
  StreamView,
} from './media-types.ts';

const qualityPeriodMs = 3000;
const failuresAllowed = 4;
const retryMs = [500, 1000, 2000, 4000, 8000] as const;

const off = { on: false, locked: false, pending: false, error: null, track: null };
const nothing: MediaEngineState = {
  status: 'idle',
  own: { microphone: off, camera: off, screen: off },
  streams: [],
  speakers: [],
  quality: 'good',
  saving: 'none',
  silent: false,
  talkingMuted: false,
};

/** Makes the engine of a room. It does nothing until the first `sync`. */
export function createMediaEngine(options: MediaEngineOptions): MediaEngine {
  const engine = new Engine(options);
  // Functions of their own, so that they may be passed around: `useSyncExternalStore(engine.subscribe, engine.getState)`.
  return {
    getState: () => engine.getState(),
    subscribe: (listener) => engine.subscribe(listener),
    sync: (media, reason) => engine.sync(media, reason),
    receive: (type, payload) => engine.receive(type, payload),
    disconnected: () => engine.disconnected(),
    setMicrophone: (on) => engine.setMicrophone(on),
    setCamera: (on) => engine.setCamera(on),
    setScreen: (on) => engine.setScreen(on),
    setDevice: (kind, deviceId) => engine.setDevice(kind, deviceId),
    setView: (producerId, view) => engine.setView(producerId, view),
    setLeading: (userIds) => engine.setLeading(userIds),
    close: () => engine.close(),
  };
}

class Engine implements MediaEngine {
  readonly #requests: PatientRequests;
  readonly #own: OwnSources;
  readonly #remote: RemoteStreams;
  readonly #listeners = new Set<() => void>();
  #state = nothing;
  #speakers: readonly string[] = [];
  #quality: MediaQuality = 'good';
  readonly #shedding = createSaving();
  #saving: Saving = 'none';
  /** The microphone stream that carries no sound, by the server's word. */
  #silentProducer: string | null = null;
  #talkingMuted = false;
  readonly #ear = new MutedEar((talking) => {
    this.#talkingMuted = talking;
    this.#publish();
  });
  #link: MediaLink | null = null;
  /** The socket is in the room and its facts are applied. */
  #online = false;
  #wasOnline = false;
  #wasConnected = false;
  #interrupted = false;
  /** The newest epoch heard of. */
  #epoch = 0;
  #available = true;
  #unsupported = false;
  #closed = false;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #qualityTimer: ReturnType<typeof setInterval>;
  #sample: QualitySample | null = null;
  readonly #tool: MediaSupportTool;

  constructor(options: MediaEngineOptions) {
    const { selfUserId, devices } = options;
    this.#requests = createPatientRequests(options.request);
    const { request } = this.#requests;
    const onChange = (): void => this.#publish();
    this.#remote = new RemoteStreams({ selfUserId, request, onChange });
    this.#own = new OwnSources({ selfUserId, devices, request, onChange, settle: () => this.#settled() });
    this.#qualityTimer = setInterval(() => void this.#measure(), qualityPeriodMs);
    this.#tool = Object.freeze({ stats: () => this.#stats() });
    window.__lecternMedia = this.#tool;
    window.addEventListener('online', this.#networkChanged);
    window.addEventListener('pagehide', this.#pageLeft);
  }

  getState(): MediaEngineState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  sync(media: RoomSnapshot['media'], reason: 'joined' | 'resumed'): void {
    if (this.#closed) return;
    this.#online = true;
    this.#wasOnline = true;
    this.#available = media.state === 'ready';
    this.#failures = 0;
    this.#epoch = reason === 'joined' ? media.epoch : Math.max(this.#epoch, media.epoch);
    this.#remote.replace(media.epoch, media.producers);
    // A snapshot is the server's memory of now; a resume only knows what the facts told, which may be nothing new.
    const stale = (epoch: number): boolean =>
      reason === 'joined' ? media.epoch !== epoch : media.epoch > epoch;
    if (this.#link && stale(this.#link.epoch)) this.#dropLink();
    if (reason === 'joined') this.#own.compare(media.producers);
    if (this.#interrupted) void this.#link?.restartIce();
    this.#interrupted = false;
    this.#settle();
  }

  receive(type: string, payload: unknown): void {
    if (this.#closed) return;
    if (isFact(type)) this.#fact(type, payload);
    else if (isSignal(type)) this.#signal(type, payload);
  }

  #fact(type: keyof typeof mediaFacts, payload: unknown): void {
    switch (type) {
      case 'media.producer.added': {
        const fact = mediaFacts[type].safeParse(payload);
        if (fact.success) this.#remote.add(fact.data);
        break;
      }
      case 'media.producer.removed': {
        const fact = mediaFacts[type].safeParse(payload);
        if (fact.success) this.#removed(fact.data.producerId);
        break;
      }
      case 'media.producer.paused': {
        const fact = mediaFacts[type].safeParse(payload);
        if (!fact.success) break;
        const { producerId, locked } = fact.data;
        this.#own.find(producerId)?.heardPaused(locked);
        this.#remote.setPaused(producerId, true, locked);
        break;
      }
      case 'media.producer.resumed': {
        const fact = mediaFacts[type].safeParse(payload);
        if (!fact.success) break;
        this.#own.find(fact.data.producerId)?.heardResumed();
        this.#remote.setPaused(fact.data.producerId, false, false);
        break;
      }
      case 'media.reset': {
        const fact = mediaFacts[type].safeParse(payload);
        if (!fact.success) break;
        this.#epoch = Math.max(this.#epoch, fact.data.epoch);
        this.#remote.reset(fact.data.epoch);
        if (this.#link && fact.data.epoch > this.#link.epoch) this.#dropLink();
        this.#failures = 0;
      }
    }
    this.#settle();
  }

  #removed(producerId: string): void {
    this.#remote.remove(producerId);
    // While the socket was away the server gave the stream up, nobody took it: it is sent again.
    if (this.#online) this.#own.removed(producerId);
    else this.#own.find(producerId)?.forget();
  }

  #signal(type: keyof typeof mediaSignals, payload: unknown): void {
    switch (type) {
      case 'media.status': {
        const signal = mediaSignals[type].safeParse(payload);
        if (signal.success) this.#available = signal.data.state === 'ready';
        break;
      }
      case 'media.consumer.closed': {
        const signal = mediaSignals[type].safeParse(payload);
        if (signal.success) this.#remote.consumerClosed(signal.data.consumerId);
        break;
      }
      case 'media.speakers': {
        const signal = mediaSignals[type].safeParse(payload);
        if (signal.success) this.#speakers = signal.data.speakers.map(({ userId }) => userId);
        break;
      }
      case 'media.silent': {
        const signal = mediaSignals[type].safeParse(payload);
        if (signal.success) this.#silentProducer = signal.data.silent ? signal.data.producerId : null;
        break;
      }
      case 'media.consumer.layers': {
        const signal = mediaSignals[type].safeParse(payload);
        if (signal.success)
          this.#remote.layersChanged(signal.data.consumerId, signal.data.spatialLayer !== null);
        break;
      }
    }
    this.#settle();
  }

  disconnected(): void {
    this.#online = false;
    this.#interrupted = true;
    this.#silentProducer = null;
    clearTimeout(this.#retryTimer);
    this.#requests.interrupt();
    this.#publish();
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.#own.setMicrophone(on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#own.setCamera(on);
  }

  setScreen(on: boolean): Promise<void> {
    return this.#own.setScreen(on);
  }

  setDevice(kind: 'audioinput' | 'videoinput', deviceId: string): Promise<void> {
    return this.#own.setDevice(kind, deviceId);
  }

  setView(producerId: string, view: StreamView): void {
    this.#remote.setView(producerId, view);
    this.#settle();
  }

  setLeading(userIds: readonly string[]): void {
    if (this.#remote.setLeading(userIds)) this.#settle();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ear.listen(null);
    clearTimeout(this.#retryTimer);
    clearInterval(this.#qualityTimer);
    window.removeEventListener('online', this.#networkChanged);
    window.removeEventListener('pagehide', this.#pageLeft);
    this.#own.close();
    this.#dropLink();
    if (window.__lecternMedia === this.#tool) delete window.__lecternMedia;
    this.#listeners.clear();
  }

  readonly #networkChanged = (): void => {
    if (this.#online) void this.#link?.restartIce();
  };

  /** Said by DTLS on the way out: others see an empty tile now and not a frozen one until the server gives up. */
  readonly #pageLeft = (): void => this.#dropLink();

  #dropLink(): void {
    const link = this.#link;
    this.#link = null;
    this.#sample = null;
    this.#own.forget();
    this.#remote.forget();
    link?.close();
    this.#publish();
  }

  /** Starts to bring the server and the browser in line with what is wanted, or notes that it must go round again. */
  #settle(): void {
    this.#publish();
    void this.#settled();
  }

  #settled(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    // Changes of one turn, such as the tiles of a page, are one pass.
    await Promise.resolve();
    while (this.#again && this.#ready) {
      this.#again = false;
      clearTimeout(this.#retryTimer);
      await this.#pass();
      this.#publish();
    }
    // In the same turn as the last look at `again`: nobody's wish falls in between.
    this.#running = null;
  }

  get #ready(): boolean {
    return this.#online && this.#available && !this.#unsupported && !this.#closed;
  }

  async #pass(): Promise<void> {
    try {
      const link = this.#link ?? (await this.#connect());
      if (!link) return;
      const results = await Promise.allSettled([
        ...this.#own.streams().map((stream) => stream.settle(link)),
        this.#remote.settle(link),
      ]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed && this.#link === link) throw failed.reason;
      this.#failures = 0;
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #connect(): Promise<MediaLink | null> {
    const link = await MediaLink.open({
      request: this.#requests.request,
      onChange: () => this.#publish(),
      onGone: () => {
        if (this.#link !== link) return;
        this.#dropLink();
        this.#settle();
      },
    });
    if (this.#closed || link.epoch < this.#epoch) {
      link.close();
      if (this.#closed) return null;
      throw new Error('The room began anew while it was being connected to.');
    }
    this.#link = link;
    this.#wasConnected = true;
    return link;
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#closed || !this.#online) return;
    if (error instanceof Error && error.name === 'UnsupportedError' && !this.#link) {
      this.#unsupported = true;
      return;
    }
    const failures = (this.#failures += 1);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#settle(), retryMs[Math.min(failures, retryMs.length) - 1]);
    // The first time it is most likely a stream that ended while we asked for it. If it stays, an ICE restart shows
    // whether the server still knows the transports: if not, the link reports itself gone and is built again.
    if (codeOf(error) === 'media_not_found' && failures > 1) {
      await this.#link?.restartIce();
      this.#remote.dropMissing();
    } else if (failures > failuresAllowed) {
      this.#dropLink();
    }
  }

  #publish(): void {
    const { microphone } = this.#own;
    if (!this.#closed) this.#ear.listen(microphone.want || microphone.locked ? null : microphone.track);
    const now: MediaEngineState = {
      status: this.#status(),
      own: this.#own.state,
      streams: this.#remote.list(),
      speakers: this.#speakers,
      quality: this.#status() === 'reconnecting' ? 'lost' : this.#quality,
      saving: this.#saving,
      silent:
        this.#silentProducer !== null && microphone.state.on && microphone.isProducer(this.#silentProducer),
      talkingMuted: this.#talkingMuted,
    };
    const next = nextState(this.#state, now);
    if (next === this.#state || this.#closed) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  #status(): MediaEngineStatus {
    if (!this.#wasOnline) return 'idle';
    if (!this.#available || this.#unsupported) return 'unavailable';
    if (this.#online && this.#link && !this.#link.disturbed) return 'connected';
    return this.#wasConnected ? 'reconnecting' : 'connecting';
  }

  async #measure(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    try {
      const sample = sampleOf(await link.stats());
      if (this.#link !== link) return;
      const before = this.#sample;
      this.#sample = sample;
      if (before) {
        this.#quality = rateQuality(before, sample);
        this.#shed(rateStrain(before, sample));
      }
      this.#publish();
    } catch {
      // Statistics of a connection that is closing: there is nothing to rate.
    }
  }

  #shed(strain: MediaQuality): void {
    const saving = this.#shedding.next(strain, performance.now());
    if (saving === this.#saving) return;
    this.#saving = saving;
    this.#remote.setSaving(saving);
    this.#own.setEconomy(saving !== 'none');
    this.#settle();
  }

  async #stats(): Promise<MediaStats> {
    const inbound = await Promise.all(this.#remote.received().map(inboundStats));
    const outbound = await Promise.all(
      this.#own
        .streams()
        .flatMap(({ source, producer }) =>
          producer && !producer.closed ? [outboundStats(source, producer)] : [],
        ),
    );
    return { inbound, outbound };
  }
}

const isFact = (type: string): type is keyof typeof mediaFacts => type in mediaFacts;
const isSignal = (type: string): type is keyof typeof mediaSignals => type in mediaSignals;
