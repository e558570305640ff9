import { useEffect } from 'react';

/** Keeps the screen on during a class. Browsers let go of the lock whenever the tab is hidden: it is taken anew. */
export function useWakeLock(): void {
  useEffect(() => {
    // Absent on plain http and in older browsers.
    const { wakeLock } = navigator as { wakeLock?: WakeLock };
    if (!wakeLock) return undefined;
    let sentinel: WakeLockSentinel | null = null;
    let over = false;
    const take = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      // Refused on low battery: then the screen sleeps as it does otherwise.
      sentinel = await wakeLock.request('screen').catch(() => null);
      if (over) await sentinel?.release();
    };
    const onVisible = (): void => void take();
    void take();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', onVisible);
      void sentinel?.release();
    };
  }, []);
}
