import { useMediaQuery } from '@mantine/hooks';
import { IconDoorExit, IconLayoutGrid, IconPresentation } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRoomUi } from '../room/room-ui.ts';
import { ControlButton } from './control-button.tsx';
import classes from './controls.module.css';
import { HandButton } from './hand-button.tsx';
import { MediaProblem } from './media-problem.tsx';
import { MicrophoneNotice } from './microphone-notice.tsx';
import { MoreMenu } from './more-menu.tsx';
import { CameraButton, MicrophoneButton, ScreenButton, canShareScreen } from './own-media-buttons.tsx';
import { PanelButton, usePanelCounts } from './panel-button.tsx';
import { ReactionsMenu } from './reactions-menu.tsx';

export function ControlBar() {
  const { t } = useTranslation('live');
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return (
    <section className={classes.bar} id="controls" tabIndex={-1} aria-label={t('room.controls')}>
      <div className={classes.noticeAnchor}>
        <div className={classes.notices}>
          <MediaProblem />
          <MicrophoneNotice />
        </div>
      </div>
      {phone ? <NarrowControls /> : <WideControls />}
    </section>
  );
}

function WideControls() {
  const counts = usePanelCounts();
  return (
    <>
      <div className={`${classes.group} ${classes.side}`}>
        <LayoutButton />
        <MoreMenu panels={[]} withScreen={false} />
      </div>
      <div className={classes.group}>
        <MicrophoneButton />
        <CameraButton />
        {canShareScreen() && <ScreenButton />}
        <HandButton />
        <ReactionsMenu />
        <LeaveButton />
      </div>
      <div className={`${classes.group} ${classes.side}`}>
        <PanelButton name="chat" count={counts.chat} />
        <PanelButton name="people" count={counts.people} />
        <PanelButton name="notes" count={counts.notes} />
      </div>
    </>
  );
}

/** Seven buttons fit 360 pixels; the rest is in the menu. */
function NarrowControls() {
  const counts = usePanelCounts();
  return (
    <>
      <MicrophoneButton />
      <CameraButton />
      <HandButton />
      <ReactionsMenu />
      <PanelButton name="chat" count={counts.chat} />
      <MoreMenu panels={['people', 'notes']} withScreen={canShareScreen()} />
      <LeaveButton />
    </>
  );
}

function LayoutButton() {
  const { t } = useTranslation('live');
  const { layout, setLayout } = useRoomUi();
  const grid = layout === 'grid';
  return (
    <ControlButton
      label={t(grid ? 'control.layoutSpeaker' : 'control.layoutGrid')}
      icon={grid ? <IconPresentation size={22} aria-hidden /> : <IconLayoutGrid size={22} aria-hidden />}
      onClick={() => setLayout(grid ? 'speaker' : 'grid')}
      data-testid="layout"
    />
  );
}

function LeaveButton() {
  const { t } = useTranslation('live');
  const { openDialog } = useRoomUi();
  return (
    <ControlButton
      label={t('control.leave')}
      tone="danger"
      icon={
        <>
          <IconDoorExit size={22} aria-hidden />
          <span className={classes.leaveText} style={{ marginLeft: 8 }}>
            {t('control.leave')}
          </span>
        </>
      }
      onClick={() => openDialog('leave')}
      data-testid="leave"
    />
  );
}
