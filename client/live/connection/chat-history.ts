import type { ChatMessageView } from '../../../shared/live/contract.ts';

/** The chat as far as this page knows it, oldest first, without a hole in it. */
export interface ChatHistory {
  /** Pages fetched by scrolling back: older than what the snapshot brought. */
  older: readonly ChatMessageView[];
  hasOlder: boolean;
}

/**
 * What of the known history still joins up with a new snapshot. More lines than a snapshot holds may have been written
 * during a long interruption: then the older part is dropped and fetched again by scrolling, rather than shown with a hole.
 */
export function historyAfterJoin(
  known: ChatHistory & { newer: readonly ChatMessageView[] },
  snapshot: { chat: readonly ChatMessageView[]; chatHasOlder: boolean },
): ChatHistory {
  const first = snapshot.chat[0];
  if (!first) return { older: [], hasOlder: snapshot.chatHasOlder };
  const lines = [...known.older, ...known.newer];
  const seam = lines.findIndex((line) => line.id === first.id);
  if (seam < 0) return { older: [], hasOlder: snapshot.chatHasOlder };
  const inSnapshot = new Set(snapshot.chat.map((line) => line.id));
  const older = lines.slice(0, seam).filter((line) => !inSnapshot.has(line.id));
  return { older, hasOlder: seam > 0 ? known.hasOlder : snapshot.chatHasOlder };
}

/** Puts a page, newest first as the API answers, before the known lines. */
export function historyWithPage(
  known: ChatHistory,
  page: readonly ChatMessageView[],
  hasMore: boolean,
): ChatHistory {
  const ids = new Set(known.older.map((line) => line.id));
  const fresh = page.filter((line) => !ids.has(line.id)).toReversed();
  return { older: [...fresh, ...known.older], hasOlder: hasMore };
}
