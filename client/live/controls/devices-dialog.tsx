import { Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { saveDeviceChoice } from '../../media/device-check.tsx';
import type { DeviceChoice } from '../../media/device-check.tsx';
import { canCapture, canChooseSpeaker, useDevices } from '../../media/use-devices.ts';
import { useRoom } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';

const kinds = [
  { kind: 'audioinput', field: 'microphoneId' },
  { kind: 'videoinput', field: 'cameraId' },
  { kind: 'audiooutput', field: 'speakerId' },
] as const;

/** Another microphone, camera or speaker in the middle of a class, without leaving it. */
export function DevicesDialog() {
  const { t } = useTranslation(['live', 'kernel']);
  const { dialog, closeDialog } = useRoomUi();
  return (
    <Modal
      opened={dialog === 'devices'}
      onClose={closeDialog}
      title={t('devices.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
      data-testid="devices-dialog"
    >
      {canCapture() ? <DeviceFields /> : <Text>{t('devices.insecure')}</Text>}
    </Modal>
  );
}

function DeviceFields() {
  const { t } = useTranslation('live');
  const { media, devices: chosen } = useRoom();
  const choice = useSyncExternalStore(chosen.subscribe, chosen.get);
  const { devices, refresh } = useDevices();
  // Names of devices are told once a permission was given, which may have been since.
  useEffect(refresh, [refresh]);

  const choose = (kind: MediaDeviceKind, field: keyof DeviceChoice, deviceId: string): void => {
    chosen.set({ [field]: deviceId || undefined });
    saveDeviceChoice(chosen.get());
    // What fails shows in the media state beside the button.
    if (kind !== 'audiooutput') void media.setDevice(kind, deviceId).catch(() => undefined);
  };

  return (
    <Stack>
      {kinds
        .filter(({ kind }) => kind !== 'audiooutput' || canChooseSpeaker())
        .map(({ kind, field }) => (
          <NativeSelect
            key={kind}
            label={t(`devices.${kind}`)}
            value={choice[field] ?? ''}
            onChange={(event) => choose(kind, field, event.currentTarget.value)}
            data={[
              { value: '', label: t('devices.systemDefault') },
              ...devices
                .filter((device) => device.kind === kind && device.deviceId !== '')
                .map(({ deviceId, label }, index) => ({
                  value: deviceId,
                  label: label || t('devices.unnamed', { kind: t(`devices.${kind}`), number: index + 1 }),
                })),
            ]}
          />
        ))}
    </Stack>
  );
}
