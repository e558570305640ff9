import type { MediaQuality } from './media-types.ts';

/** Counters of one moment, summed over the streams of both transports. */
export interface QualitySample {
  packetsReceived: number;
  packetsLost: number;
  /** Seconds, the worst stream. */
  jitter: number;
  /** Seconds; null where the browser does not tell. */
  roundTripTime: number | null;
  /** Share of what we send that the server misses, 0 to 1. */
  fractionLost: number;
}

const levels: readonly MediaQuality[] = ['good', 'fair', 'poor', 'lost'];

const level = (value: number, thresholds: readonly number[]): number =>
  thresholds.filter((threshold) => value >= threshold).length;

/** How good the connection was between two samples. Nothing received is no sign of loss: everybody may be silent. */
export function rateQuality(before: QualitySample, now: QualitySample): MediaQuality {
  // The jitter buffer evens it out at the price of delay: alone it never means "lost".
  const jitter = Math.min(2, level(now.jitter, [0.01, 0.02, 0.03]));
  return levels[Math.max(jitter, strain(before, now))] ?? 'lost';
}

/**
 * Whether the way is too narrow for what is sent over it. Jitter does not count: a busy machine has it too, and less
 * data would change nothing.
 */
export function rateStrain(before: QualitySample, now: QualitySample): MediaQuality {
  return levels[strain(before, now)] ?? 'lost';
}

function strain(before: QualitySample, now: QualitySample): number {
  const received = Math.max(0, now.packetsReceived - before.packetsReceived);
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const share = received + lost === 0 ? 0 : lost / (received + lost);
  return Math.max(
    level(Math.max(share, now.fractionLost), [0.05, 0.1, 0.2]),
    level(now.roundTripTime ?? 0, [0.5, 1, 2]),
  );
}

type Entry = Record<string, unknown> & { type: string };

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** mediasoup probes the bandwidth with a stream of its own, which nobody sees. */
export const probationSsrc = 1234;

/** Sums what `getStats` reports. */
export function sampleOf(reports: readonly RTCStatsReport[]): QualitySample {
  const sample: QualitySample = {
    packetsReceived: 0,
    packetsLost: 0,
    jitter: 0,
    roundTripTime: null,
    fractionLost: 0,
  };
  for (const report of reports) {
    report.forEach((entry: Entry) => {
      if (entry.type === 'inbound-rtp' && entry['ssrc'] !== probationSsrc) {
        sample.packetsReceived += numberOf(entry['packetsReceived']);
        sample.packetsLost += numberOf(entry['packetsLost']);
        if (entry['kind'] === 'audio') sample.jitter = Math.max(sample.jitter, numberOf(entry['jitter']));
      } else if (entry.type === 'remote-inbound-rtp') {
        sample.fractionLost = Math.max(sample.fractionLost, numberOf(entry['fractionLost']));
      } else if (inUse(entry)) {
        sample.roundTripTime = Math.max(sample.roundTripTime ?? 0, numberOf(entry['currentRoundTripTime']));
      }
    });
  }
  return sample;
}

/** The way the packets go; a pair from before an ICE restart is not nominated any more or has failed. */
const inUse = (entry: Entry): boolean =>
  entry.type === 'candidate-pair' && entry['nominated'] === true && entry['state'] === 'succeeded';
