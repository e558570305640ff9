/** Plays a short, soft chord through a speaker, so that somebody knows where the class will be heard. */
export async function playTestTone(speakerId: string | undefined): Promise<void> {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const volume = context.createGain();
  const { currentTime: now } = context;
  // Rises and falls gently: a tone that starts at full strength clicks.
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(0.2, now + 0.05);
  volume.gain.setValueAtTime(0.2, now + 0.7);
  volume.gain.linearRampToValueAtTime(0, now + 1);
  volume.connect(output);
  const tones = [523.25, 659.25].map((frequency) => {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(volume);
    tone.start(now);
    tone.stop(now + 1);
    return tone;
  });
  const audio = new Audio();
  audio.srcObject = output.stream;
  try {
    if (speakerId && 'setSinkId' in audio) await audio.setSinkId(speakerId);
    await audio.play();
    await new Promise((resolve) => tones[0]?.addEventListener('ended', resolve));
  } finally {
    audio.srcObject = null;
    await context.close();
  }
}
