import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessageView } from '../../../shared/live/contract.ts';
import { formatTime } from '../../kernel/i18n/format.ts';
import { Linked } from './linked.tsx';
import classes from './chat.module.css';

interface ChatLineProps {
  line: ChatMessageView;
  /** The line before: lines of one person in a row share one name. */
  previous: ChatMessageView | undefined;
  mine: boolean;
}

const together = 3 * 60_000;

const goesOn = (line: ChatMessageView, previous: ChatMessageView | undefined): boolean =>
  previous !== undefined &&
  previous.userId === line.userId &&
  Date.parse(line.sentAt) - Date.parse(previous.sentAt) < together;

export const ChatLine = memo(function ChatLine({ line, previous, mine }: ChatLineProps) {
  const { t } = useTranslation('live');
  const continued = goesOn(line, previous);
  return (
    <li
      className={classes.line}
      data-testid="chat-line"
      data-state="sent"
      data-message-id={line.id}
      data-mine={mine || undefined}
      data-continued={continued || undefined}
    >
      {/* Kept for screen readers and for searching where it is not seen. */}
      <span className={classes.who}>
        <b>{mine ? t('chat.you') : line.displayName || t('chat.formerMember')}</b>{' '}
        <time dateTime={line.sentAt}>{formatTime(line.sentAt)}</time>
      </span>
      <span className={classes.text}>
        <Linked text={line.text} />
      </span>
    </li>
  );
});
