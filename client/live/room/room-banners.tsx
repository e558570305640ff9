import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRoomActions } from '../controls/use-room-actions.ts';
import { useLive, useMedia, useSnapshot } from './room-context.ts';
import classes from './room.module.css';
import { useNow } from './use-now.ts';

/** What keeps the class from being whole right now, and what works all the same. */
export function RoomBanners() {
  const since = useLive(({ connection }) => (connection.state === 'reconnecting' ? connection.since : null));
  return (
    <>
      {since !== null && <ReconnectingBanner since={since} />}
      <MediaBanner />
      <SharingBanner />
    </>
  );
}

function ReconnectingBanner({ since }: { since: number }) {
  const { t } = useTranslation('live');
  const seconds = Math.max(0, Math.round((useNow() - since) / 1000));
  // Announced once by `use-room-announcements.ts`, not every second.
  return <div className={classes.banner}>{t('connection.reconnectingFor', { seconds })}</div>;
}

function MediaBanner() {
  const { t } = useTranslation('live');
  const state = useSnapshot((snapshot) => snapshot.media.state);
  const reason = useSnapshot((snapshot) => snapshot.media.reason);
  if (state === 'ready') return null;
  return (
    <div className={classes.banner} data-kind={state} role="status" data-testid="media-banner">
      {reason ? t(`media.${state}Reason`, { reason }) : t(`media.${state}Text`)}
    </div>
  );
}

function SharingBanner() {
  const { t } = useTranslation('live');
  const sharing = useMedia((media) => media.own.screen.on);
  const { toggleScreen } = useRoomActions();
  if (!sharing) return null;
  return (
    <div className={classes.banner} data-kind="share">
      <span>{t('tile.screenMine')}</span>
      <Button size="compact-sm" variant="default" onClick={toggleScreen}>
        {t('control.screenOn')}
      </Button>
    </div>
  );
}
