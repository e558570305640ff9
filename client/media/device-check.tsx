import { useCallback } from 'react';
import { Alert, AspectRatio, Button, Fieldset, Group, Select, Stack, Switch, Text } from '@mantine/core';
import { IconAlertTriangle, IconCamera, IconMicrophone, IconVolume } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { openCamera, openMicrophone } from './capture.ts';
import type { DeviceChoice } from './device-choice.ts';
import { LevelMeter } from './level-meter.tsx';
import { playTestTone } from './speaker-test.ts';
import { canCapture, canChooseSpeaker, useDevices } from './use-devices.ts';
import { useTestTrack } from './use-test-track.ts';
import { VideoSurface } from './video-surface.tsx';

export { loadDeviceChoice, saveDeviceChoice } from './device-choice.ts';
export type { DeviceChoice } from './device-choice.ts';

export interface DeviceCheckProps {
  value: DeviceChoice;
  onChange: (choice: DeviceChoice) => void;
}

/** Choose and try microphone, camera and speaker before a class. Opens nothing without a click. */
export function DeviceCheck({ value, onChange }: DeviceCheckProps) {
  const { t } = useTranslation('media');
  const { devices, refresh } = useDevices();
  const change = useCallback(
    (part: Partial<DeviceChoice>) => onChange({ ...value, ...part }),
    [onChange, value],
  );
  if (!canCapture()) {
    return (
      <Alert icon={<IconAlertTriangle />} color="yellow" title={t('check.insecureTitle')}>
        {t('check.insecureText')}
      </Alert>
    );
  }
  return (
    <Stack gap="md" role="group" aria-label={t('check.title')}>
      <MicrophoneCheck value={value} change={change} devices={devices} refresh={refresh} />
      <CameraCheck value={value} change={change} devices={devices} refresh={refresh} />
      <SpeakerCheck value={value} change={change} devices={devices} />
    </Stack>
  );
}

interface PartProps {
  value: DeviceChoice;
  change: (part: Partial<DeviceChoice>) => void;
  devices: readonly MediaDeviceInfo[];
}

function MicrophoneCheck({ value, change, devices, refresh }: PartProps & { refresh: () => void }) {
  const { t } = useTranslation('media');
  const { microphoneId, microphoneOn } = value;
  const test = useTestTrack(useCallback(() => openMicrophone(microphoneId), [microphoneId]));
  const begin = (): void => void test.start().then(refresh);
  return (
    <Fieldset legend={t('check.microphone')}>
      <Stack gap="xs">
        <DeviceSelect
          kind="audioinput"
          label={t('check.microphone')}
          devices={devices}
          value={microphoneId}
          onChange={(id) => {
            test.stop();
            change({ microphoneId: id });
          }}
        />
        <Switch
          label={t('check.microphoneOn')}
          checked={microphoneOn}
          onChange={({ currentTarget: { checked } }) => {
            change({ microphoneOn: checked });
            // The browser asks now, and not in front of the class.
            if (checked && !test.track) begin();
          }}
        />
        <Group>
          <Button
            variant="default"
            leftSection={<IconMicrophone size={16} />}
            aria-pressed={test.track !== null}
            onClick={test.track ? test.stop : begin}
          >
            {t(test.track ? 'check.microphoneTestStop' : 'check.microphoneTest')}
          </Button>
          {test.track && <Text size="sm">{t('check.microphoneHint')}</Text>}
        </Group>
        {test.track && <LevelMeter track={test.track} label={t('check.microphoneLevel')} />}
        <DeviceProblem error={test.error} />
      </Stack>
    </Fieldset>
  );
}

function CameraCheck({ value, change, devices, refresh }: PartProps & { refresh: () => void }) {
  const { t } = useTranslation('media');
  const { cameraId, cameraOn } = value;
  const test = useTestTrack(useCallback(() => openCamera(cameraId), [cameraId]));
  const begin = (): void => void test.start().then(refresh);
  return (
    <Fieldset legend={t('check.camera')}>
      <Stack gap="xs">
        <DeviceSelect
          kind="videoinput"
          label={t('check.camera')}
          devices={devices}
          value={cameraId}
          onChange={(id) => {
            test.stop();
            change({ cameraId: id });
          }}
        />
        <Switch
          label={t('check.cameraOn')}
          checked={cameraOn}
          onChange={({ currentTarget: { checked } }) => {
            change({ cameraOn: checked });
            if (checked && !test.track) begin();
          }}
        />
        <Group>
          <Button
            variant="default"
            leftSection={<IconCamera size={16} />}
            aria-pressed={test.track !== null}
            onClick={test.track ? test.stop : begin}
          >
            {t(test.track ? 'check.cameraTestStop' : 'check.cameraTest')}
          </Button>
        </Group>
        {test.track && (
          <AspectRatio ratio={16 / 9} maw={420}>
            <VideoSurface track={test.track} mirrored label={t('check.cameraPreview')} />
          </AspectRatio>
        )}
        <DeviceProblem error={test.error} />
      </Stack>
    </Fieldset>
  );
}

function SpeakerCheck({ value, change, devices }: PartProps) {
  const { t } = useTranslation('media');
  return (
    <Fieldset legend={t('check.speaker')}>
      <Stack gap="xs">
        {canChooseSpeaker() ? (
          <DeviceSelect
            kind="audiooutput"
            label={t('check.speaker')}
            devices={devices}
            value={value.speakerId}
            onChange={(id) => change({ speakerId: id })}
          />
        ) : (
          <Text size="sm">{t('check.speakerSystem')}</Text>
        )}
        <Group>
          <Button
            variant="default"
            leftSection={<IconVolume size={16} />}
            onClick={() => void playTestTone(value.speakerId).catch(() => undefined)}
          >
            {t('check.speakerTest')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface DeviceSelectProps {
  kind: MediaDeviceKind;
  label: string;
  devices: readonly MediaDeviceInfo[];
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

function DeviceSelect({ kind, label, devices, value, onChange }: DeviceSelectProps) {
  const { t } = useTranslation('media');
  // Before a permission browsers list one nameless device without an id; Chrome lists aliases of the default.
  const own = devices.filter(
    (device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default',
  );
  const data = own.map(({ deviceId, label: name }, index) => ({
    value: deviceId,
    label: name || t('check.unnamed', { kind: label, number: index + 1 }),
  }));
  return (
    <Select
      aria-label={label}
      data={data}
      value={own.some(({ deviceId }) => deviceId === value) ? (value ?? null) : null}
      placeholder={t('check.systemDefault')}
      clearable
      onChange={(id) => onChange(id ?? undefined)}
    />
  );
}

const problems = ['permission', 'notFound', 'inUse', 'insecure', 'failed'] as const;

function DeviceProblem({ error }: { error: string | null }) {
  const { t } = useTranslation('media');
  const key = problems.find((problem) => problem === error);
  if (!key) return null;
  return (
    <Alert icon={<IconAlertTriangle />} color="red" role="alert">
      {t(`errors.${key}`)}
    </Alert>
  );
}
