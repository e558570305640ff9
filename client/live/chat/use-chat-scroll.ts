import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Lines drawn at first, and how many more with each step back. */
const step = 120;
/** Pixels from an edge that still count as being there. */
const near = 48;

interface ChatScrollInput {
  /** Lines known, pending ones included. */
  count: number;
  /** Changes with the newest line. */
  lastKey: string | undefined;
  /** The newest line is the reader's own: the view goes to it wherever it was. */
  lastIsMine: boolean;
  hasOlder: boolean;
  onOlder: () => void;
}

interface ChatScroll {
  scroller: RefObject<HTMLDivElement | null>;
  /** How many of the newest lines are drawn. */
  shown: number;
  /** Lines that came while the reader was further up. */
  unseen: number;
  onScroll: () => void;
  toEnd: () => void;
}

/**
 * Where the reader is in the chat. At the end the view follows new lines; further up it stands still, and lines put in above
 * push nothing away. Only a window of the newest lines is drawn; it grows while scrolling back and shrinks at the end.
 */
export function useChatScroll({
  count,
  lastKey,
  lastIsMine,
  hasOlder,
  onOlder,
}: ChatScrollInput): ChatScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(step);
  const [unseen, setUnseen] = useState(0);
  const atEnd = useRef(true);
  /** Distance from the bottom, which lines added above do not change. */
  const fromBottom = useRef(0);
  const before = useRef({ count, lastKey });

  const toBottom = (): void => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  };

  useLayoutEffect(() => {
    const seen = before.current;
    before.current = { count, lastKey };
    const isNew = lastKey !== seen.lastKey;
    if (isNew && lastIsMine) atEnd.current = true;
    if (atEnd.current) {
      toBottom();
    } else if (isNew) {
      const came = Math.max(1, count - seen.count);
      setUnseen((known) => known + came);
      // The window keeps its first line: otherwise each new one would push the reader's text up.
      setShown((known) => known + came);
    }
  }, [count, lastKey, lastIsMine]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && !atEnd.current && box.scrollTop < near) box.scrollTop = box.scrollHeight - fromBottom.current;
  }, [count, shown]);

  // A phone's keyboard or a resized window must not hide the newest line.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => atEnd.current && toBottom());
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const box = scroller.current;
    if (!box) return;
    fromBottom.current = box.scrollHeight - box.scrollTop;
    atEnd.current = fromBottom.current - box.clientHeight < near;
    if (atEnd.current) {
      setUnseen(0);
      setShown(step);
    } else if (box.scrollTop < near && (shown < count || hasOlder)) {
      setShown(Math.min(shown, count) + step);
      if (shown >= count) onOlder();
    }
  };

  const toEnd = (): void => {
    atEnd.current = true;
    setUnseen(0);
    setShown(step);
    toBottom();
  };

  return { scroller, shown, unseen, onScroll, toEnd };
}
