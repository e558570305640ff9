import { useState } from 'react';
import { useRoom, useSnapshot } from '../room/room-context.ts';

/** Lines of others since the chat was last open. */
export function useUnread(open: boolean): number {
  const { me } = useRoom();
  const chat = useSnapshot((snapshot) => snapshot.chat);
  // What was written before one came is not news.
  const [lastRead, setLastRead] = useState(() => chat.at(-1)?.id);
  const newest = chat.at(-1)?.id;
  if (open && lastRead !== newest) setLastRead(newest);
  if (open) return 0;
  let unread = 0;
  for (let index = chat.length - 1; index >= 0; index -= 1) {
    const line = chat[index];
    if (!line || line.id === lastRead) break;
    if (line.userId !== me.id) unread += 1;
  }
  return unread;
}
