export interface Speaker {
  userId: string;
  volume: number;
}

/**
 * Keeps who speaks. `next` takes the loudest voices and answers the list to announce, or null when the same people
 * speak in the same order as before: volumes alone are no news.
 */
export function createSpeakerList(): { next(voices: readonly Speaker[]): Speaker[] | null } {
  let before = '';
  return {
    next(voices) {
      const seen = new Set<string>();
      // Somebody may speak through a microphone and a shared screen: once is enough.
      const speakers = voices
        .toSorted((a, b) => b.volume - a.volume)
        .filter(({ userId }) => !seen.has(userId) && Boolean(seen.add(userId)));
      const now = speakers.map(({ userId }) => userId).join(' ');
      if (now === before) return null;
      before = now;
      return speakers;
    },
  };
}
