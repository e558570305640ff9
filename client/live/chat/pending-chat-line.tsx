import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import type { PendingLine } from '../connection/pending-lines.ts';
import { useRoom } from '../room/room-context.ts';
import classes from './chat.module.css';

/** A line of mine that the class does not have yet, and how it stands with it. */
export function PendingChatLine({ line }: { line: PendingLine }) {
  const { t } = useTranslation('live');
  const { live } = useRoom();
  const errorText = useErrorText();
  const refused = line.state === 'refused';
  return (
    <li
      className={classes.line}
      data-testid="chat-line"
      data-state={refused ? 'refused' : 'sending'}
      data-mine
    >
      <span className={classes.who}>
        <b>{t('chat.you')}</b>
      </span>
      <span className={classes.text}>{line.text}</span>
      <span className={classes.note} data-refused={refused || undefined} role={refused ? 'alert' : undefined}>
        {refused ? `${t('chat.refused')} – ${errorText(line.code ?? 'internal')}` : t('chat.sending')}
      </span>
      {refused && (
        <Group gap="xs" mt={4}>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => live.chat.retry(line.key)}
            data-testid="chat-retry"
          >
            {t('chat.retry')}
          </Button>
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => live.chat.discard(line.key)}>
            {t('chat.discard')}
          </Button>
        </Group>
      )}
    </li>
  );
}
