import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatElapsed } from '../../kernel/i18n/format.ts';
import { useLive, useMedia, useSnapshot } from './room-context.ts';
import classes from './room.module.css';
import { useNow } from './use-now.ts';

export function RoomHeader() {
  const title = useSnapshot((snapshot) => snapshot.session.title);
  return (
    <header className={classes.header}>
      <h1 className={classes.title}>{title}</h1>
      <Elapsed />
      <MediaStatus />
      <ConnectionStatus />
    </header>
  );
}

function Elapsed() {
  const { t } = useTranslation('live');
  const since = useSnapshot((snapshot) => snapshot.session.runningSince);
  const now = useNow();
  if (!since) return null;
  const time = formatElapsed(now - Date.parse(since));
  return (
    <span className={classes.state} role="timer" aria-label={t('room.elapsed', { time })}>
      {time}
    </span>
  );
}

/** Own connection's quality once media flows, else how media stands at all. */
function MediaStatus() {
  const { t } = useTranslation('live');
  const state = useSnapshot((snapshot) => snapshot.media.state);
  const engine = useMedia((media) => media.status);
  const quality = useMedia((media) => media.quality);
  const flowing = state === 'ready' && engine === 'connected';
  const text = flowing ? t('quality.mine', { quality: t(`quality.${quality}`) }) : t(`media.${state}`);
  return (
    <Tooltip label={text} withinPortal={false}>
      <span className={classes.state} data-testid="media-state" data-state={state} data-engine={engine}>
        <span className={classes.dot} data-state={flowing ? quality : state} aria-hidden />
        <span className={classes.stateText}>{flowing ? t(`quality.${quality}`) : t(`media.${state}`)}</span>
      </span>
    </Tooltip>
  );
}

function ConnectionStatus() {
  const { t } = useTranslation('live');
  const state = useLive((live) => live.connection.state);
  return (
    <Tooltip label={t(`connection.${state}`)} withinPortal={false}>
      <span className={classes.state} data-testid="connection-state" data-state={state}>
        <span className={classes.dot} data-state={state} aria-hidden />
        <span className={classes.stateText}>{t(`connection.${state}`)}</span>
      </span>
    </Tooltip>
  );
}
