import type { types } from 'mediasoup-client';
import type { MediaSource } from '../../shared/media/contract.ts';

/** Camera: 180p, 360p and 720p of a 720p picture, each in three frame rates. */
const cameraLayers: types.RtpEncodingParameters[] = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
];

/** A small camera has fewer useful layers: nobody is served by 80 lines. */
function layersFor(track: MediaStreamTrack): types.RtpEncodingParameters[] {
  const height = track.getSettings().height ?? 720;
  if (height >= 540) return cameraLayers;
  if (height >= 300)
    return [
      { ...cameraLayers[0], scaleResolutionDownBy: 2 },
      { ...cameraLayers[1], scaleResolutionDownBy: 1 },
    ];
  return [{ ...cameraLayers[0], scaleResolutionDownBy: 1 }];
}

/** VP8 can be layered by every browser; a device without it sends H264. */
function videoCodec(capabilities: types.RtpCapabilities): types.RtpCodecCapability | undefined {
  const codecs = capabilities.codecs ?? [];
  const named = (name: string): types.RtpCodecCapability | undefined =>
    codecs.find(({ mimeType }) => mimeType.toLowerCase() === name);
  return named('video/vp8') ?? named('video/h264');
}

/** How a source is encoded. Tracks stay ours: they outlive a transport that has to be built again. */
export function producerOptions(
  source: MediaSource,
  track: MediaStreamTrack,
  capabilities: types.RtpCapabilities,
): types.ProducerOptions {
  const common = { track, stopTracks: false, disableTrackOnPause: false, appData: { source } };
  switch (source) {
    case 'microphone':
      return {
        ...common,
        codecOptions: { opusFec: true, opusDtx: true, opusStereo: false },
        // Before everything else this person sends: a lesson without a picture goes on, one without a voice does not.
        encodings: [{ maxBitrate: 40_000, priority: 'high', networkPriority: 'high' }],
      };
    case 'screen-audio':
      return {
        ...common,
        codecOptions: { opusFec: true, opusDtx: false, opusStereo: true },
        encodings: [{ maxBitrate: 128_000 }],
      };
    case 'camera':
      return {
        ...common,
        codec: videoCodec(capabilities),
        encodings: layersFor(track),
        // Without it the top layer takes half a minute to appear.
        codecOptions: { videoGoogleStartBitrate: 1000 },
      };
    case 'screen':
      return {
        ...common,
        codec: videoCodec(capabilities),
        encodings: [{ maxBitrate: 2_500_000, maxFramerate: 15 }],
        codecOptions: { videoGoogleStartBitrate: 1000 },
      };
  }
}

/** The simulcast layer a tile of this height needs: 0 = 180 lines, 1 = 360, 2 = 720. */
export function layerFor(height: number, pixelRatio: number): 0 | 1 | 2 {
  // A picture enlarged by a third still looks right, and costs a third of the next layer.
  const lines = (height * Math.min(pixelRatio, 2)) / 1.33;
  if (lines <= 180) return 0;
  return lines <= 360 ? 1 : 2;
}
