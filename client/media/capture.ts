/** Browsers hide the devices from pages that did not come by https or from the machine itself. */
function devices(): MediaDevices {
  // The types promise it; a page over plain http has none.
  const found = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (found) return found;
  const error = new Error('Devices are only available on a secure page.');
  error.name = 'InsecureContextError';
  throw error;
}

/** A device that was chosen once and is not plugged in any more gives way to the one there is. */
async function preferring(
  deviceId: string | undefined,
  open: (choice: MediaTrackConstraints) => Promise<MediaStream>,
): Promise<MediaStream> {
  if (!deviceId) return open({});
  try {
    return await open({ deviceId: { exact: deviceId } });
  } catch (error) {
    const gone =
      error instanceof Error && (error.name === 'OverconstrainedError' || error.name === 'NotFoundError');
    if (gone) return open({});
    throw error;
  }
}

function only(tracks: MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (track) return track;
  const error = new Error('The device gave no track.');
  error.name = 'NotFoundError';
  throw error;
}

/** Opens a microphone. */
export async function openMicrophone(deviceId: string | undefined): Promise<MediaStreamTrack> {
  const stream = await preferring(deviceId, (choice) =>
    devices().getUserMedia({
      audio: { ...choice, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    }),
  );
  return only(stream.getAudioTracks());
}

/** Opens a camera. 720p is asked for, not demanded: three simulcast layers need it, an old camera has less. */
export async function openCamera(deviceId: string | undefined): Promise<MediaStreamTrack> {
  const stream = await preferring(deviceId, (choice) =>
    devices().getUserMedia({
      video: { ...choice, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
    }),
  );
  const track = only(stream.getVideoTracks());
  track.contentHint = 'motion';
  return track;
}

/** Lets the person choose a screen, window or tab; its sound comes along where the browser offers it. */
export async function openScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | null }> {
  const stream = await devices().getDisplayMedia({
    video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: 15 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const video = only(stream.getVideoTracks());
  // Text must stay sharp; it may move less smoothly for that.
  video.contentHint = 'detail';
  return { video, audio: stream.getAudioTracks()[0] ?? null };
}
