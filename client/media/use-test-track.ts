import { useCallback, useEffect, useRef, useState } from 'react';
import { deviceErrorKey } from './failures.ts';

export interface TestTrack {
  track: MediaStreamTrack | null;
  /** Key below `errors` of `mediaEn`. */
  error: string | null;
  start: () => Promise<void>;
  stop: () => void;
}

/** A device opened for a look, closed with the page or when another one is chosen. */
export function useTestTrack(open: () => Promise<MediaStreamTrack>): TestTrack {
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [error, setError] = useState<string | null>(null);
  const current = useRef<MediaStreamTrack | null>(null);
  const turn = useRef(0);

  const stop = useCallback(() => {
    turn.current += 1;
    current.current?.stop();
    current.current = null;
    setTrack(null);
  }, []);

  const start = useCallback(async () => {
    stop();
    const mine = turn.current;
    setError(null);
    try {
      const opened = await open();
      if (turn.current !== mine) return opened.stop();
      opened.addEventListener('ended', stop);
      current.current = opened;
      setTrack(opened);
    } catch (failure) {
      if (turn.current === mine) setError(deviceErrorKey(failure));
    }
  }, [open, stop]);

  useEffect(() => stop, [stop]);
  return { track, error, start, stop };
}
