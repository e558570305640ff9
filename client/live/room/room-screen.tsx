import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveSessionView } from '../../../shared/live/contract.ts';
import { LoadingPage } from '../../kernel/ui/loading-page.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import type { DeviceChoice } from '../../media/device-check.tsx';
import { RoomContext, useLive } from './room-context.ts';
import { RoomLayout } from './room-layout.tsx';
import { openRoom } from './room.ts';
import type { Room } from './room.ts';

interface RoomScreenProps {
  sessionId: string;
  devices: DeviceChoice;
  /** Out of the room: why, and the class as it was last known. */
  onClosed: (code: string, session: LiveSessionView | null) => void;
}

/** Opens the room for as long as this is on the page. */
export function RoomScreen({ sessionId, devices, onClosed }: RoomScreenProps) {
  const me = useMe();
  const [room, setRoom] = useState<Room | null>(null);
  // The room is opened once: a renewed profile or another list of devices does not mean leaving and entering again.
  const open = useEffectEvent(() => openRoom(sessionId, me, devices));
  const closed = useEffectEvent(onClosed);

  useEffect(() => {
    const opened = open();
    const stop = opened.live.subscribe(() => {
      const { connection, snapshot } = opened.live.getState();
      if (connection.state === 'closed') closed(connection.code, snapshot?.session ?? null);
    });
    // oxlint-disable-next-line react/set-state-in-effect -- a connection is opened by being on the page, not by drawing
    setRoom(opened);
    return () => {
      stop();
      opened.close();
    };
  }, [sessionId]);

  if (!room) return null;
  return (
    <RoomContext value={room}>
      <Entered />
    </RoomContext>
  );
}

function Entered() {
  const { t } = useTranslation('live');
  const joined = useLive((state) => state.snapshot !== null);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 5_000);
    return () => clearTimeout(timer);
  }, []);
  return joined ? <RoomLayout /> : <LoadingPage text={t(slow ? 'room.joiningLong' : 'room.joining')} />;
}
