import type { MediaSource, ProducerView } from '../../shared/media/contract.ts';
import { openCamera, openMicrophone, openScreen } from './capture.ts';
import { deviceErrorKey } from './failures.ts';
import type { MediaEngineOptions, MediaRequest, OwnSource, OwnState } from './media-types.ts';
import { OwnStream } from './own-stream.ts';

export interface OwnSourcesOptions {
  selfUserId: string;
  devices: MediaEngineOptions['devices'];
  request: MediaRequest;
  /** Something to show changed. */
  onChange: () => void;
  /** Something to do changed; resolves when it is done, or cannot be done now. */
  settle: () => Promise<void>;
}

/** The switches of this person: microphone, camera, screen with its sound. */
export class OwnSources {
  readonly #options: OwnSourcesOptions;
  readonly #devices: MediaEngineOptions['devices'];
  readonly #switches: Record<OwnSource, OwnStream>;
  readonly #screenAudio: OwnStream;
  #closed = false;

  constructor(options: OwnSourcesOptions) {
    this.#options = options;
    this.#devices = { ...options.devices };
    const stream = (source: MediaSource): OwnStream =>
      new OwnStream({
        source,
        request: options.request,
        pausable: source === 'microphone',
        onChange: options.onChange,
        onTrackEnded: () => this.#trackEnded(source),
      });
    this.#switches = { microphone: stream('microphone'), camera: stream('camera'), screen: stream('screen') };
    this.#screenAudio = stream('screen-audio');
  }

  get state(): Record<OwnSource, OwnState> {
    const { microphone, camera, screen } = this.#switches;
    return { microphone: microphone.state, camera: camera.state, screen: screen.state };
  }

  get microphone(): OwnStream {
    return this.#switches.microphone;
  }

  /** On a poor connection the own camera is sent small, so that the voice gets through. */
  setEconomy(on: boolean): void {
    this.#switches.camera.economy = on;
  }

  streams(): OwnStream[] {
    return [...Object.values(this.#switches), this.#screenAudio];
  }

  find(producerId: string): OwnStream | undefined {
    return this.streams().find((stream) => stream.isProducer(producerId));
  }

  /** Takes in what the server holds of this person. */
  compare(producers: readonly ProducerView[]): void {
    for (const stream of this.streams()) {
      stream.found(producers.find(({ producerId }) => stream.isProducer(producerId)) ?? null);
    }
    // A reload leaves streams behind that nobody feeds; those of another tab are not ours and the server says so.
    for (const { producerId, userId } of producers) {
      if (userId !== this.#options.selfUserId || this.find(producerId)) continue;
      this.#options.request('media.producer.close', { producerId }).catch(() => undefined);
    }
  }

  /** The server ended one of the streams. */
  removed(producerId: string): void {
    const stream = this.find(producerId);
    stream?.heardRemoved();
    if (stream === this.#switches.screen) this.#screenAudio.switchOff();
  }

  async setMicrophone(on: boolean): Promise<void> {
    const { microphone } = this.#switches;
    if (!on) return this.#switchOff(microphone);
    // Muted, the device is still open: no second prompt.
    const open = async (): Promise<MediaStreamTrack> =>
      microphone.track ?? openMicrophone(this.#devices.microphoneId);
    await this.#switchOn(microphone, open);
  }

  async setCamera(on: boolean): Promise<void> {
    if (!on) return this.#switchOff(this.#switches.camera);
    await this.#switchOn(this.#switches.camera, () => openCamera(this.#devices.cameraId));
  }

  async setScreen(on: boolean): Promise<void> {
    const { screen } = this.#switches;
    if (!on) {
      this.#screenAudio.switchOff();
      return this.#switchOff(screen);
    }
    const sounds: MediaStreamTrack[] = [];
    await this.#switchOn(screen, async () => {
      const { video, audio } = await openScreen();
      if (audio) sounds.push(audio);
      return video;
    });
    // Refused or closed meanwhile, the sound must not stay open.
    for (const sound of sounds) {
      if (screen.want && !this.#closed) this.#screenAudio.switchOn(sound);
      else sound.stop();
    }
    await this.#options.settle();
  }

  async #switchOn(stream: OwnStream, open: () => Promise<MediaStreamTrack>): Promise<void> {
    if (this.#closed || stream.asking || stream.want) return;
    stream.asking = true;
    stream.error = null;
    this.#options.onChange();
    try {
      const track = await open();
      // Off was pressed, or the room left, while the browser asked.
      if (this.#closed || !stream.asking) return track === stream.track ? undefined : track.stop();
      stream.asking = false;
      stream.switchOn(track);
    } catch (error) {
      if (!stream.asking) return;
      stream.asking = false;
      // Closing the browser's choice of screens is a decision, not a failure.
      const declined =
        stream.source === 'screen' && error instanceof Error && error.name === 'NotAllowedError';
      stream.switchOff(declined ? null : deviceErrorKey(error));
      return;
    }
    await this.#options.settle();
  }

  async #switchOff(stream: OwnStream): Promise<void> {
    stream.asking = false;
    stream.switchOff();
    await this.#options.settle();
  }

  async setDevice(kind: 'audioinput' | 'videoinput', deviceId: string): Promise<void> {
    const stream = kind === 'audioinput' ? this.#switches.microphone : this.#switches.camera;
    if (kind === 'audioinput') this.#devices.microphoneId = deviceId;
    else this.#devices.cameraId = deviceId;
    if (!stream.track) return;
    try {
      const track = await (kind === 'audioinput' ? openMicrophone(deviceId) : openCamera(deviceId));
      if (this.#closed || !stream.track) return track.stop();
      await stream.replace(track);
    } catch (error) {
      stream.error = deviceErrorKey(error);
    }
    this.#options.onChange();
  }

  #trackEnded(source: MediaSource): void {
    if (source === 'screen-audio') this.#screenAudio.switchOff();
    else if (source === 'screen') {
      this.#switches.screen.switchOff();
      this.#screenAudio.switchOff();
    } else if (this.#switches[source].want) this.#switches[source].switchOff('ended');
    void this.#options.settle();
  }

  /** The link is gone; wishes and tracks stay for the next one. */
  forget(): void {
    for (const stream of this.streams()) stream.forget();
  }

  close(): void {
    this.#closed = true;
    for (const stream of this.streams()) stream.close();
  }
}
