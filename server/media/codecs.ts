import type { types } from 'mediasoup';

/**
 * What every room speaks. VP8 first, because every browser can encode its simulcast; H264 constrained baseline
 * (42e01f) for devices that encode nothing else in hardware. No VP9 or AV1: one class, one decoder load.
 */
export const roomCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];
