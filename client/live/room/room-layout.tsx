import { useTranslation } from 'react-i18next';
import { ControlBar } from '../controls/control-bar.tsx';
import { DevicesDialog } from '../controls/devices-dialog.tsx';
import { LeaveDialogs } from '../controls/leave-dialogs.tsx';
import { ShortcutsDialog } from '../controls/shortcuts-dialog.tsx';
import { useShortcuts } from '../controls/use-shortcuts.ts';
import { FloatingReactions } from '../stage/floating-reactions.tsx';
import { Stage } from '../stage/stage.tsx';
import { RoomBanners } from './room-banners.tsx';
import { useSnapshot } from './room-context.ts';
import { RoomHeader } from './room-header.tsx';
import { RoomUiContext, useRoomUiState } from './room-ui.ts';
import classes from './room.module.css';
import { Speakers } from './speakers.tsx';
import { SidePanel } from './side-panel.tsx';
import { useRoomAnnouncements } from './use-room-announcements.ts';
import { useWakeLock } from './use-wake-lock.ts';

/** The running class: header, stage, controls, and one panel at a time beside it. */
export function RoomLayout() {
  const { t } = useTranslation('live');
  const ui = useRoomUiState();
  const title = useSnapshot((snapshot) => snapshot.session.title);
  useWakeLock();
  useRoomAnnouncements(ui.panel, ui.sounds);
  return (
    <RoomUiContext value={ui}>
      <Shortcuts />
      <div className={classes.room} data-testid="room" data-panel={ui.panel ?? undefined}>
        <a className="lectern-skip" href="#controls">
          {t('room.skipToControls')}
        </a>
        <RoomHeader />
        <main className={classes.main} id="content" aria-label={t('room.label', { title })}>
          <RoomBanners />
          <Stage />
          <FloatingReactions />
        </main>
        <SidePanel />
        <ControlBar />
      </div>
      <Speakers />
      <LeaveDialogs />
      <ShortcutsDialog />
      <DevicesDialog />
    </RoomUiContext>
  );
}

/** Below the context it needs, and without anything to see. */
function Shortcuts() {
  useShortcuts();
  return null;
}
