import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roomCodecs } from '../../server/media/codecs.ts';

/** The worker that Lectern runs, asked directly: no rule of ours is in between. */
let worker: types.Worker;
let router: types.Router;

beforeAll(async () => {
  worker = await createWorker({ workerBin: process.env['MEDIASOUP_WORKER_BIN'], logLevel: 'none' });
  router = await worker.createRouter({ mediaCodecs: roomCodecs });
});
afterAll(() => worker?.close());

const ssrc = 0x1234_5678;

/** An RTP packet of Opus as RFC 3550 wants it, with anything for sound. */
function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 100;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(sequence * 960, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** A transport with a stream that is sent to it, plain or with SRTP. */
async function receiver(enableSrtp: boolean) {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: true,
    enableSrtp,
  });
  const key = randomBytes(30).toString('base64');
  if (enableSrtp)
    await transport.connect({ srtpParameters: { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64: key } });
  const producer = await transport.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc }],
    },
  });
  const socket = createSocket('udp4');
  const port = transport.tuple.localPort;
  return {
    send: (bytes: Buffer) =>
      new Promise<void>((resolve, reject) =>
        socket.send(bytes, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
      ),
    packets: async () => (await producer.getStats()).reduce((sum, { packetCount }) => sum + packetCount, 0),
    close() {
      socket.close();
      transport.close();
    },
  };
}

describe('a media worker', () => {
  it('takes no packet into a stream that is not signed with its key, and goes on through rubbish', async () => {
    const [plain, secured] = [await receiver(false), await receiver(true)];
    try {
      // The same packets: those that nothing protects arrive, so the others did not get lost on the way.
      for (let n = 1; n <= 50; n += 1) {
        const forged = packet(n, randomBytes(60));
        await plain.send(forged);
        await secured.send(forged);
        await secured.send(packet(n, randomBytes(n)).subarray(0, n));
        await secured.send(randomBytes(1 + n * 20));
        await plain.send(randomBytes(1 + n * 20));
      }
      await expect.poll(() => plain.packets(), { timeout: 10_000, interval: 20 }).toBeGreaterThanOrEqual(50);
      expect(await secured.packets()).toBe(0);
      expect(worker.closed || worker.died).toBe(false);
      const before = await plain.packets();
      await plain.send(packet(51, randomBytes(60)));
      await expect.poll(() => plain.packets(), { timeout: 10_000, interval: 20 }).toBeGreaterThan(before);
    } finally {
      plain.close();
      secured.close();
    }
  });
});
