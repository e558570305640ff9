import type { types } from 'mediasoup-client';
import type { MediaSource } from '../../shared/media/contract.ts';
import { probationSsrc } from './quality.ts';
import type { ReceivedStream } from './remote-streams.ts';

export interface InboundStats {
  producerId: string;
  userId: string;
  source: MediaSource;
  kind: 'audio' | 'video';
  packets: number;
  bytes: number;
  framesDecoded: number;
  audioLevel: number;
  totalAudioEnergy: number;
  width: number;
  height: number;
  /** What protects it on its way. */
  protection: { tlsVersion: string; dtlsCipher: string; srtpCipher: string };
}

export interface OutboundStats {
  source: MediaSource;
  producerId: string;
  packets: number;
  bytes: number;
  /** The highest layer that is sent. */
  width: number;
  height: number;
  layers: number;
}

export interface MediaStats {
  inbound: InboundStats[];
  outbound: OutboundStats[];
}

/** What `window.__lecternMedia` is. */
export interface MediaSupportTool {
  stats(): Promise<MediaStats>;
}

declare global {
  interface Window {
    /**
     * Support tool, in every build and read only: what this tab really receives and sends, as the browser counts it.
     * For a person at the help desk ("type `await __lecternMedia.stats()` and read me the packets") and for tests.
     */
    __lecternMedia?: MediaSupportTool;
  }
}

type Entry = Record<string, unknown> & { type: string };
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

function entries(report: RTCStatsReport, type: string): Entry[] {
  const found: Entry[] = [];
  report.forEach((entry: Entry) => {
    if (entry.type === type && entry['ssrc'] !== probationSsrc) found.push(entry);
  });
  return found;
}

/** What one received stream amounts to. */
export async function inboundStats({ view, consumer }: ReceivedStream): Promise<InboundStats> {
  const report = await consumer.getStats();
  const [entry] = entries(report, 'inbound-rtp');
  const [transport] = entries(report, 'transport');
  const { producerId, userId, source, kind } = view;
  return {
    producerId,
    userId,
    source,
    kind,
    packets: count(entry?.['packetsReceived']),
    bytes: count(entry?.['bytesReceived']),
    framesDecoded: count(entry?.['framesDecoded']),
    audioLevel: count(entry?.['audioLevel']),
    totalAudioEnergy: count(entry?.['totalAudioEnergy']),
    width: count(entry?.['frameWidth']),
    height: count(entry?.['frameHeight']),
    protection: {
      tlsVersion: text(transport?.['tlsVersion']),
      dtlsCipher: text(transport?.['dtlsCipher']),
      srtpCipher: text(transport?.['srtpCipher']),
    },
  };
}

/** What one sent stream amounts to, its layers together. */
export async function outboundStats(source: MediaSource, producer: types.Producer): Promise<OutboundStats> {
  const layers = entries(await producer.getStats(), 'outbound-rtp');
  const sum = (name: string): number => layers.reduce((total, layer) => total + count(layer[name]), 0);
  const most = (name: string): number => Math.max(0, ...layers.map((layer) => count(layer[name])));
  return {
    source,
    producerId: producer.id,
    packets: sum('packetsSent'),
    bytes: sum('bytesSent'),
    width: most('frameWidth'),
    height: most('frameHeight'),
    layers: layers.filter((layer) => count(layer['packetsSent']) > 0).length,
  };
}
