/** What somebody chose before entering; kept on this device only. */
export interface DeviceChoice {
  microphoneId?: string;
  cameraId?: string;
  speakerId?: string;
  microphoneOn: boolean;
  cameraOn: boolean;
}

const key = 'lectern.devices';
const ids = ['microphoneId', 'cameraId', 'speakerId'] as const;

/** The choice of last time. Both switches start off: nobody is heard or seen without a click in this visit. */
export function loadDeviceChoice(): DeviceChoice {
  const choice: DeviceChoice = { microphoneOn: false, cameraOn: false };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return choice;
    for (const name of ids) {
      const value: unknown = Reflect.get(kept, name);
      if (typeof value === 'string' && value.length < 500) choice[name] = value;
    }
  } catch {
    // No storage, or not ours: the system's devices serve.
  }
  return choice;
}

/** Keeps the devices for next time, not whether they were on. */
export function saveDeviceChoice(choice: DeviceChoice): void {
  const { microphoneId, cameraId, speakerId } = choice;
  try {
    localStorage.setItem(key, JSON.stringify({ microphoneId, cameraId, speakerId }));
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
}
