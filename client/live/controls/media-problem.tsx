import { Alert } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMedia } from '../room/room-context.ts';

const sources = ['microphone', 'camera', 'screen'] as const;

/** Why a device or the server did not do what a button asked for, until it is closed or comes right. */
export function MediaProblem() {
  const { t } = useTranslation(['live', 'kernel', 'media']);
  const own = useMedia((media) => media.own);
  const failed = sources.find((source) => own[source].error !== null);
  const error = failed ? own[failed].error : null;
  const [closed, setClosed] = useState<string | null>(null);
  // The same mistake made again later is told again.
  if (error === null && closed !== null) setClosed(null);
  if (!failed || !error || closed === `${failed} ${error}`) return null;
  // Going on in another tab is what the person did there, no failure here.
  const intended = error === 'takenOver';
  return (
    <Alert
      role={intended ? 'status' : 'alert'}
      color={intended ? 'blue' : 'red'}
      withCloseButton
      closeButtonLabel={t('kernel:close')}
      onClose={() => setClosed(`${failed} ${error}`)}
      data-testid="media-problem"
    >
      {t(`media:errors.${error as 'failed'}`)}
    </Alert>
  );
}
