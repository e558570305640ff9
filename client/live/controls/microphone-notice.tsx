import { Alert } from '@mantine/core';
import { IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMedia } from '../room/room-context.ts';

/** Whoever talks while muted is told so for a moment, beside the button that changes it. */
export function MicrophoneNotice() {
  const { t } = useTranslation('live');
  const talkingMuted = useMedia((media) => media.talkingMuted);
  if (!talkingMuted) return null;
  return (
    <Alert role="status" color="yellow" icon={<IconMicrophoneOff />} data-testid="microphone-muted">
      {t('microphone.muted')}
    </Alert>
  );
}
