import { CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../kernel/ui/announcer.tsx';
import { useSnapshot } from './room-context.ts';
import classes from './room.module.css';
import { alertAt, plannedEnd } from './time-left.ts';
import { useNow } from './use-now.ts';

/** Five minutes and one minute before the planned end: seen and said by all, in nobody's way, and put away with a press. */
export function TimeBanner() {
  const { t } = useTranslation(['live', 'kernel']);
  const end = useSnapshot((snapshot) =>
    snapshot.session.status === 'live' ? plannedEnd(snapshot.session) : null,
  );
  const minutes = alertAt(end, useNow());
  const [dismissed, setDismissed] = useState('');
  const which = `${end} ${minutes}`;
  const text = minutes === null ? null : t('room.minutesLeft', { count: minutes });
  useEffect(() => {
    if (text !== null) announce(text);
  }, [text]);
  if (text === null || which === dismissed) return null;
  return (
    <div className={classes.banner} data-testid="time-banner" data-minutes={minutes}>
      <span>{text}</span>
      <CloseButton size="md" aria-label={t('kernel:close')} onClick={() => setDismissed(which)} />
    </div>
  );
}
