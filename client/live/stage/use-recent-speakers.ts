import { useEffect, useState } from 'react';
import { useMedia } from '../room/room-context.ts';

const remembered = 4;

/** Who spoke of late, latest first: silence does not send the view elsewhere, and a cough does not either. */
export function useRecentSpeakers(): readonly string[] {
  const loudest = useMedia((media) => media.speakers[0]);
  const [recent, setRecent] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!loudest) return undefined;
    // Must be the loudest for a moment before the stage turns.
    const timer = setTimeout(
      () =>
        setRecent((known) =>
          known[0] === loudest
            ? known
            : [loudest, ...known.filter((id) => id !== loudest)].slice(0, remembered),
        ),
      600,
    );
    return () => clearTimeout(timer);
  }, [loudest]);
  return recent;
}
