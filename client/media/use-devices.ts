import { useCallback, useEffect, useState } from 'react';

/** The devices of this machine, kept current as they come and go. Names appear once a permission was given. */
export function useDevices(): { devices: readonly MediaDeviceInfo[]; refresh: () => void } {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const refresh = useCallback(() => {
    if (!canCapture()) return;
    navigator.mediaDevices.enumerateDevices().then(setDevices, () => setDevices([]));
  }, []);
  useEffect(() => {
    refresh();
    if (!canCapture()) return undefined;
    navigator.mediaDevices.addEventListener('devicechange', refresh);
    return () => navigator.mediaDevices.removeEventListener('devicechange', refresh);
  }, [refresh]);
  return { devices, refresh };
}

/** Whether this page may use devices at all: browsers hide them from plain http. */
export const canCapture = (): boolean => 'mediaDevices' in navigator && Boolean(navigator.mediaDevices);

/** Whether this browser lets a page choose the speaker. */
export const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;
