import type { types } from 'mediasoup';
import { createSpeakerList } from './speakers.ts';
import type { Speaker } from './speakers.ts';

/** Listens to the sounds of a room and says who speaks. */
export interface Hearing {
  add(producerId: string): void;
}

export interface Listener {
  /** The person behind a stream. */
  userOf(producerId: string): string | undefined;
  /** The speakers changed. */
  onSpeakers(speakers: Speaker[]): void;
  /** These streams carried sound in the last second, however soft. */
  onSound(producerIds: string[]): void;
}

const intervalMs = 500;
/** dBvo, averaged over the interval: above it a voice counts by itself. */
const plain = -60;
/**
 * Noise suppression leaves digital silence between words, so that slow speech averages far below `plain`. The one who
 * speaks most by mediasoup's dominant-speaker algorithm (Volfin and Cohen 2013) counts down to here.
 */
const dominant = -85;
/** The softest that is not digital silence, which is -127. */
const anything = -126;
const soundIntervalMs = 1000;

/** Starts to listen. */
export async function listenTo(
  router: types.Router,
  { userOf, onSpeakers, onSound }: Listener,
): Promise<Hearing> {
  const levels = await router.createAudioLevelObserver({
    maxEntries: 6,
    threshold: dominant,
    interval: intervalMs,
  });
  const activity = await router.createActiveSpeakerObserver({ interval: intervalMs });
  const sounds = await router.createAudioLevelObserver({
    maxEntries: 1000,
    threshold: anything,
    interval: soundIntervalMs,
  });
  const list = createSpeakerList();
  let leading = '';

  const tell = (voices: Speaker[]): void => {
    const speakers = list.next(voices);
    if (speakers) onSpeakers(speakers);
  };
  activity.on('dominantspeaker', ({ producer }) => {
    leading = producer.id;
  });
  levels.on('silence', () => tell([]));
  levels.on('volumes', (volumes) =>
    tell(
      volumes.flatMap(({ producer, volume }) => {
        const userId = userOf(producer.id);
        const heard = volume >= plain || producer.id === leading;
        return userId !== undefined && heard ? [{ userId, volume }] : [];
      }),
    ),
  );
  sounds.on('volumes', (volumes) => onSound(volumes.map(({ producer }) => producer.id)));
  return {
    add(producerId) {
      // A stream that ended at once is not there to listen to.
      for (const observer of [levels, activity, sounds])
        observer.addProducer({ producerId }).catch(() => undefined);
    },
  };
}
