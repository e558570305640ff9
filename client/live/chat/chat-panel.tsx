import { useMemo } from 'react';
import { useLive, useRoom, useSnapshot } from '../room/room-context.ts';
import { ChatComposer } from './chat-composer.tsx';
import { ChatLog } from './chat-log.tsx';
import classes from './chat.module.css';

export function ChatPanel() {
  const { live, me } = useRoom();
  const older = useLive((state) => state.history.older);
  const hasOlder = useLive((state) => state.history.hasOlder);
  const loading = useLive((state) => state.historyLoading);
  const pending = useLive((state) => state.pending);
  const newer = useSnapshot((snapshot) => snapshot.chat);
  const lines = useMemo(() => [...older, ...newer], [older, newer]);
  return (
    <div className={classes.panel}>
      <ChatLog
        lines={lines}
        pending={pending}
        meId={me.id}
        hasOlder={hasOlder}
        loading={loading}
        onOlder={() => void live.chat.loadOlder().catch(() => undefined)}
      />
      <ChatComposer />
    </div>
  );
}
