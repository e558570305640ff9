import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRoomActions } from '../controls/use-room-actions.ts';
import { useLive, useMedia, useRoom, useSnapshot } from './room-context.ts';
import { useRoomUi } from './room-ui.ts';
import classes from './room.module.css';
import { TimeBanner } from './time-banner.tsx';
import { useNow } from './use-now.ts';

/** What keeps the class from being whole right now, and what works all the same. */
export function RoomBanners() {
  const since = useLive(({ connection }) => (connection.state === 'reconnecting' ? connection.since : null));
  return (
    <>
      {since !== null && <ReconnectingBanner since={since} />}
      <GuardBanner />
      <TimeBanner />
      <MediaBanner />
      <SavingBanner />
      <MicrophoneBanner />
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

/** Announced by `use-room-announcements.ts`. */
function GuardBanner() {
  const { t } = useTranslation('live');
  const guarded = useSnapshot((snapshot) => snapshot.locks.automatic);
  if (!guarded) return null;
  return (
    <div className={classes.banner} data-kind="guard" data-testid="guard-banner">
      {t('room.guarded')}
    </div>
  );
}

function MediaBanner() {
  const { t } = useTranslation('live');
  const { state, reason, percent } = useSnapshot((snapshot) => snapshot.media);
  if (state === 'ready') return null;
  return (
    <div className={classes.banner} data-kind={state} data-testid="media-banner">
      <span role="status">
        {t(`media.${state}Text`)} {reason && t(`media.reason.${reason}`)}
      </span>
      {/* Beside what is announced: nobody wants a hundred figures read out. */}
      {percent !== null && <span aria-hidden>{t('media.percent', { percent })}</span>}
    </div>
  );
}

/** On a poor connection pictures are given up for sound and slides, and that is said. */
function SavingBanner() {
  const { t } = useTranslation('live');
  const saving = useMedia((media) => media.saving);
  if (saving === 'none') return null;
  return (
    <div className={classes.banner} data-kind="saving" role="status" data-testid="saving-banner">
      {t(`saving.${saving}`)}
    </div>
  );
}

/** What is true of the microphone and easily overlooked: nothing comes from it, or it is on somewhere else. */
function MicrophoneBanner() {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const { openDialog } = useRoomUi();
  const silent = useMedia((media) => media.silent);
  const here = useMedia((media) => media.own.microphone.on || media.own.microphone.pending);
  const sending = useSnapshot((snapshot) =>
    snapshot.media.producers.some(
      (one) => one.userId === me.id && one.source === 'microphone' && !one.paused,
    ),
  );
  if (silent)
    return (
      <div className={classes.banner} data-kind="silent" data-testid="microphone-silent">
        <span role="status">{t('microphone.silent')}</span>
        <Button size="compact-sm" variant="default" onClick={() => openDialog('devices')}>
          {t('microphone.choose')}
        </Button>
      </div>
    );
  if (!sending || here) return null;
  return (
    <div className={classes.banner} data-kind="share" role="status" data-testid="microphone-elsewhere">
      {t('microphone.elsewhere')}
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
