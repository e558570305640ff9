import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type { MediaSource } from '../../shared/media/contract.ts';
import { codeOf } from './failures.ts';
import type { MediaReply, MediaRequest } from './media-types.ts';
import { producerOptions } from './sending.ts';

export interface MediaLinkOptions {
  request: MediaRequest;
  /** A transport's connection state changed. */
  onChange(): void;
  /** The transports are beyond repair: a new link is needed. */
  onGone(): void;
}

type Direction = 'send' | 'recv';

/** How long an ICE restart may take before the next one. */
const restartPatienceMs = 5000;
const restartAttempts = 4;

const asTransport = (reply: MediaReply<'media.transport.create'>): types.TransportOptions =>
  // The contract leaves mediasoup's own objects open; both ends of them are mediasoup.
  reply as unknown as types.TransportOptions;

/** Hands an answer to mediasoup-client, which wants to be called back. */
function answer<T>(asked: Promise<T>, done: (reply: T) => void, failed: (error: Error) => void): void {
  void (async () => {
    try {
      done(await asked);
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  })();
}

/** The browser's side of one epoch of a room: the device and its transports. Built anew, never repaired, after a reset. */
export class MediaLink {
  readonly epoch: number;
  readonly #options: MediaLinkOptions;
  readonly #device: Device;
  readonly #iceServers: RTCIceServer[];
  #recv: types.Transport | null = null;
  #send: Promise<types.Transport> | null = null;
  #sending: types.Transport | null = null;
  #closed = false;
  readonly #restarting = new Set<Direction>();

  private constructor(options: MediaLinkOptions, device: Device, reply: MediaReply<'media.capabilities'>) {
    this.#options = options;
    this.#device = device;
    this.epoch = reply.epoch;
    this.#iceServers = reply.iceServers;
  }

  /** Asks what the room speaks and prepares to receive. Sending waits until there is something to send. */
  static async open(options: MediaLinkOptions): Promise<MediaLink> {
    const reply = await options.request('media.capabilities', {});
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: reply.routerRtpCapabilities as types.RtpCapabilities });
    const link = new MediaLink(options, device, reply);
    link.#recv = await link.#createTransport('recv');
    return link;
  }

  async #createTransport(direction: Direction): Promise<types.Transport> {
    const { request } = this.#options;
    const reply = asTransport(await request('media.transport.create', { direction }));
    if (this.#closed) throw new Error('The link was closed meanwhile.');
    const options = { ...reply, iceServers: this.#iceServers };
    const transport =
      direction === 'send'
        ? this.#device.createSendTransport(options)
        : this.#device.createRecvTransport(options);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const input = { transportId: transport.id, dtlsParameters: { ...dtlsParameters } };
      answer(request('media.transport.connect', input), () => done(), failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData['source'] as MediaSource;
      const input = { transportId: transport.id, kind, rtpParameters: { ...rtpParameters }, source };
      answer(request('media.produce', input), ({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => {
      if (this.#closed) return;
      this.#options.onChange();
      if (state === 'failed' || state === 'disconnected') void this.#restart(direction, transport);
    });
    return transport;
  }

  /** Whether something that was connected is not. */
  get disturbed(): boolean {
    return this.#transports().some(
      ({ transport: { connectionState } }) =>
        connectionState === 'disconnected' || connectionState === 'failed',
    );
  }

  /** Sends a track. Rejects with the server's refusal. */
  async produce(source: MediaSource, track: MediaStreamTrack): Promise<types.Producer> {
    this.#send ??= this.#createTransport('send').then((transport) => (this.#sending = transport));
    try {
      const transport = await this.#send;
      return await transport.produce(producerOptions(source, track, this.#device.sendRtpCapabilities));
    } catch (error) {
      if (this.#sending === null) this.#send = null;
      throw error;
    }
  }

  /** Receives a stream, paused on the server until resumed. */
  async consume(producerId: string, priority: number): Promise<types.Consumer> {
    const transport = this.#recv;
    if (!transport || this.#closed) throw new Error('The link is closed.');
    const rtpCapabilities = { ...this.#device.recvRtpCapabilities };
    const reply = await this.#options.request('media.consume', {
      producerId,
      rtpCapabilities,
      priority,
    });
    if (transport.closed) throw new Error('The link was closed meanwhile.');
    return transport.consume({ ...reply, rtpParameters: reply.rtpParameters as types.RtpParameters });
  }

  /** After the network or the socket was away: new ICE credentials on every transport, the media flows on. */
  async restartIce(): Promise<void> {
    await Promise.all(
      this.#transports().map(({ direction, transport }) => this.#restart(direction, transport)),
    );
  }

  async #restart(direction: Direction, transport: types.Transport): Promise<void> {
    if (this.#restarting.has(direction)) return;
    this.#restarting.add(direction);
    try {
      for (let attempt = 1; !this.#closed; attempt += 1) {
        if (await this.#restartOnce(transport)) return;
        if (attempt === restartAttempts) return this.#gone();
      }
    } finally {
      this.#restarting.delete(direction);
    }
  }

  /** Whether the transport is connected afterwards, or waits for the socket, which will ask again. */
  async #restartOnce(transport: types.Transport): Promise<boolean> {
    try {
      const { iceParameters } = await this.#options.request('media.transport.restartIce', {
        transportId: transport.id,
      });
      if (this.#closed) return true;
      await transport.restartIce({ iceParameters: iceParameters as types.IceParameters });
    } catch (error) {
      if (this.#closed) return true;
      if (codeOf(error) === 'media_not_found') {
        this.#gone();
        return true;
      }
      // No answer: the socket is away, and its return begins anew.
      if (codeOf(error) === null) return true;
    }
    return this.#settled(transport);
  }

  /** A transport that nothing was sent through yet has no connection to wait for. */
  async #settled(transport: types.Transport): Promise<boolean> {
    const fine = (): boolean =>
      this.#closed || transport.connectionState === 'connected' || transport.connectionState === 'new';
    if (fine()) return true;
    return new Promise((resolve) => {
      const over = (result: boolean): void => {
        clearTimeout(timer);
        transport.off('connectionstatechange', check);
        resolve(result);
      };
      const check = (): void => {
        if (fine()) over(true);
      };
      const timer = setTimeout(() => over(fine()), restartPatienceMs);
      transport.on('connectionstatechange', check);
    });
  }

  #gone(): void {
    if (!this.#closed) this.#options.onGone();
  }

  #transports(): { direction: Direction; transport: types.Transport }[] {
    const both = [
      { direction: 'recv' as const, transport: this.#recv },
      { direction: 'send' as const, transport: this.#sending },
    ];
    return both.flatMap(({ direction, transport }) =>
      transport && !transport.closed ? [{ direction, transport }] : [],
    );
  }

  async stats(): Promise<RTCStatsReport[]> {
    return Promise.all(this.#transports().map(({ transport }) => transport.getStats()));
  }

  close(): void {
    this.#closed = true;
    for (const { transport } of this.#transports()) transport.close();
  }
}
