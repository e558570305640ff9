import { useEffect, useState } from 'react';
import { serverNow } from '../../kernel/server-clock.ts';

/** The server's time in milliseconds, anew each second, for what shows the time. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
