let context: AudioContext | null = null;

/** Two soft tones for a raised hand. Made, not loaded: nothing to fetch and nothing to license. */
export function chime(): void {
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    for (const [index, frequency] of [587, 784].entries()) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const start = now + index * 0.14;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.08, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.55);
    }
  } catch {
    // No sound device: the hand is shown and announced all the same.
  }
}
