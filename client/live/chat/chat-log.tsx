import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ChatMessageView } from '../../../shared/live/contract.ts';
import type { PendingLine } from '../connection/pending-lines.ts';
import { ChatLine } from './chat-line.tsx';
import { PendingChatLine } from './pending-chat-line.tsx';
import classes from './chat.module.css';
import { useChatScroll } from './use-chat-scroll.ts';

interface ChatLogProps {
  /** Oldest first. */
  lines: readonly ChatMessageView[];
  pending: readonly PendingLine[];
  meId: string;
  hasOlder: boolean;
  loading: boolean;
  onOlder: () => void;
}

export function ChatLog({ lines, pending, meId, hasOlder, loading, onOlder }: ChatLogProps) {
  const { t } = useTranslation('live');
  const newest = lines.at(-1);
  const { scroller, shown, unseen, onScroll, toEnd } = useChatScroll({
    count: lines.length + pending.length,
    lastKey: pending.at(-1)?.key ?? newest?.id,
    lastIsMine: pending.length > 0 || newest?.userId === meId,
    hasOlder,
    onOlder,
  });
  const first = Math.max(0, lines.length - shown);
  return (
    <>
      {/* Focusable, so that the keyboard can scroll it too. */}
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={onScroll}
        role="log"
        aria-label={t('chat.log')}
        aria-live="off"
        tabIndex={0}
        data-testid="chat-log"
      >
        <div className={classes.edge}>
          <Edge
            hidden={first > 0}
            hasOlder={hasOlder}
            loading={loading}
            empty={lines.length + pending.length === 0}
            onOlder={onOlder}
          />
        </div>
        <ol className={classes.lines} start={first + 1}>
          {lines.slice(first).map((line, index) => (
            <ChatLine
              key={line.id}
              line={line}
              previous={lines[first + index - 1]}
              mine={line.userId === meId}
            />
          ))}
          {pending.map((line) => (
            <PendingChatLine key={line.key} line={line} />
          ))}
        </ol>
      </div>
      {unseen > 0 && (
        <div style={{ position: 'relative' }}>
          <div className={classes.pill}>
            <Button
              size="xs"
              radius="xl"
              leftSection={<IconArrowDown size={14} aria-hidden />}
              onClick={toEnd}
              data-testid="new-messages"
            >
              {t('chat.newMessages', { count: unseen })}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

interface EdgeProps {
  /** There are known lines above that are not drawn yet. */
  hidden: boolean;
  hasOlder: boolean;
  loading: boolean;
  empty: boolean;
  onOlder: () => void;
}

function Edge({ hidden, hasOlder, loading, empty, onOlder }: EdgeProps) {
  const { t } = useTranslation('live');
  if (loading) return t('chat.loadingOlder');
  if (hidden) return null;
  // A button as well as scrolling: a short page of chat cannot be scrolled to its top.
  if (hasOlder) {
    return (
      <Button size="compact-xs" variant="default" onClick={onOlder} data-testid="chat-older">
        {t('chat.older')}
      </Button>
    );
  }
  return t(empty ? 'chat.empty' : 'chat.beginning');
}
