import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Alert, Button, Group } from '@mantine/core';
import { IconVolumeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { MediaEngine } from './media-engine.ts';

export interface AudioSinkProps {
  engine: MediaEngine;
  /** A device id of kind `audiooutput`; where the browser has no choice it is ignored. */
  speakerId?: string;
}

/** Plays everybody's sound. Renders nothing to see, unless the browser wants a click first. */
export function AudioSink({ engine, speakerId }: AudioSinkProps) {
  const { t } = useTranslation('media');
  const { streams } = useSyncExternalStore(engine.subscribe, engine.getState);
  const [blocked, setBlocked] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const refused = useCallback(() => setBlocked(true), []);
  const sounds = streams.flatMap(({ producerId, kind, track }) =>
    kind === 'audio' && track ? [{ producerId, track }] : [],
  );
  return (
    <>
      {sounds.map(({ producerId, track }) => (
        <Sound key={producerId} track={track} speakerId={speakerId} attempt={attempt} onRefused={refused} />
      ))}
      {blocked && sounds.length > 0 && (
        <Alert icon={<IconVolumeOff />} color="yellow" role="alert" p="xs">
          <Group justify="space-between">
            {t('sink.blocked')}
            <Button
              size="xs"
              onClick={() => {
                setBlocked(false);
                setAttempt((before) => before + 1);
              }}
            >
              {t('sink.hear')}
            </Button>
          </Group>
        </Alert>
      )}
    </>
  );
}

interface SoundProps {
  track: MediaStreamTrack;
  speakerId: string | undefined;
  /** Counts the clicks after a refusal: each is a gesture that allows to play. */
  attempt: number;
  onRefused: () => void;
}

function Sound({ track, speakerId, attempt, onRefused }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current) audio.current.srcObject = new MediaStream([track]);
  }, [track]);
  useEffect(() => {
    audio.current?.play().catch((error: unknown) => {
      // An AbortError only means that the next track came before this one began.
      if (error instanceof Error && error.name === 'NotAllowedError') onRefused();
    });
  }, [track, attempt, onRefused]);
  useEffect(() => {
    const element = audio.current;
    // An id that is not there any more leaves the sound where it was: at the system's choice.
    if (element && speakerId !== undefined && 'setSinkId' in element)
      element.setSinkId(speakerId).catch(() => undefined);
  }, [speakerId]);
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- live voices have no captions to offer yet
  return <audio ref={audio} autoPlay />;
}
