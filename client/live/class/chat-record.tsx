import { Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ShowMore } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ChatLine } from '../chat/chat-line.tsx';
import classes from './class.module.css';
import { chatOfClass } from './queries.ts';

/** What was written in a class, to read. */
export function ChatRecord({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('live');
  const me = useMe();
  const chat = useInfiniteQuery(chatOfClass(sessionId));
  if (!chat.data && chat.isError)
    return <ProblemAlert title={t('ended.failed')} error={chat.error} onRetry={() => void chat.refetch()} />;
  const lines = (chat.data?.pages ?? []).flatMap((page) => page.items).toReversed();
  if (chat.isSuccess && lines.length === 0) return <Text c="dimmed">{t('ended.emptyChat')}</Text>;
  return (
    <Stack gap="xs">
      <ShowMore query={chat} label={t('ended.olderChat')} />
      <ol className={classes.record}>
        {lines.map((line, index) => (
          <ChatLine key={line.id} line={line} previous={lines[index - 1]} mine={line.userId === me.id} />
        ))}
      </ol>
    </Stack>
  );
}
