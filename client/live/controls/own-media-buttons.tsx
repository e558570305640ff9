import {
  IconMicrophone,
  IconMicrophoneOff,
  IconScreenShare,
  IconScreenShareOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ControlButton } from './control-button.tsx';
import { usePublishing } from './use-publishing.ts';
import type { Publishing } from './use-publishing.ts';
import { useRoomActions } from './use-room-actions.ts';

type Source = 'microphone' | 'camera' | 'screen';
type Translate = ReturnType<typeof useTranslation<'live'>>['t'];

function labelOf(source: Source, { state, obstacle }: Publishing, t: Translate, key?: string): string {
  if (obstacle === 'noDevices') return t('control.noDevices');
  if (obstacle === 'unavailable') return t('control.unavailable');
  if (obstacle === 'guarded') return t('control.guarded');
  if (obstacle === 'locked') return t(`control.${source}Locked`);
  const label = t(state === 'on' ? `control.${source}On` : `control.${source}Off`);
  return key ? t('control.key', { label, key }) : label;
}

const size = 22;

export function MicrophoneButton() {
  const { t } = useTranslation('live');
  const publishing = usePublishing('microphone');
  const { toggleMicrophone } = useRoomActions();
  return (
    <ControlButton
      label={labelOf('microphone', publishing, t, 'M')}
      state={publishing.state}
      icon={
        publishing.state === 'on' ? (
          <IconMicrophone size={size} aria-hidden />
        ) : (
          <IconMicrophoneOff size={size} aria-hidden />
        )
      }
      onClick={toggleMicrophone}
      data-testid="toggle-microphone"
    />
  );
}

export function CameraButton() {
  const { t } = useTranslation('live');
  const publishing = usePublishing('camera');
  const { toggleCamera } = useRoomActions();
  return (
    <ControlButton
      label={labelOf('camera', publishing, t, 'V')}
      state={publishing.state}
      icon={
        publishing.state === 'on' ? (
          <IconVideo size={size} aria-hidden />
        ) : (
          <IconVideoOff size={size} aria-hidden />
        )
      }
      onClick={toggleCamera}
      data-testid="toggle-camera"
    />
  );
}

/** Phones cannot share their screen from a browser: no button there. */
export const canShareScreen = (): boolean => 'getDisplayMedia' in (navigator.mediaDevices ?? {});

export function ScreenButton() {
  const { t } = useTranslation('live');
  const publishing = usePublishing('screen');
  const { toggleScreen } = useRoomActions();
  return (
    <ControlButton
      label={labelOf('screen', publishing, t)}
      state={publishing.state}
      icon={
        publishing.state === 'on' ? (
          <IconScreenShareOff size={size} aria-hidden />
        ) : (
          <IconScreenShare size={size} aria-hidden />
        )
      }
      onClick={toggleScreen}
      data-testid="toggle-screen"
    />
  );
}
