import { Button, Group, Paper, Stack, Tabs, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiveSessionView } from '../../../shared/live/contract.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { LazyNotes } from '../room/lazy-notes.tsx';
import { ChatRecord } from './chat-record.tsx';
import classes from './class.module.css';
import { useReopenClass } from './queries.ts';
import { WayBack } from './way-back.tsx';

/** A class that is over: what was written stays readable, and its host may take it up again. */
export function EndedClass({ session }: { session: LiveSessionView }) {
  const { t } = useTranslation('live');
  const me = useMe();
  const reopen = useReopenClass(session.id);
  return (
    <Stack gap="lg" maw={860} mx="auto">
      <WayBack session={session} />
      <div data-testid="class-ended">
        <Title order={1}>{session.title}</Title>
        <Text fw={600} role="status">
          {t('ended.title')}
        </Text>
        {session.endedAt && (
          <Text c="dimmed">{t('ended.when', { moment: formatMoment(session.endedAt) })}</Text>
        )}
      </div>
      {session.canHost && (
        <Group>
          <Button onClick={() => reopen.mutate()} loading={reopen.isPending} data-testid="reopen-class">
            {t('ended.reopen')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('ended.reopenHint')}
          </Text>
        </Group>
      )}
      {reopen.isError && <ProblemAlert title={t('ended.failed')} error={reopen.error} />}
      <Tabs defaultValue="chat" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="chat">{t('ended.chat')}</Tabs.Tab>
          {session.noteDocumentId && (
            <Tabs.Tab value="notes" data-testid="ended-notes">
              {t('ended.notes')}
            </Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value="chat" pt="md">
          <ChatRecord sessionId={session.id} />
        </Tabs.Panel>
        {session.noteDocumentId && (
          <Tabs.Panel value="notes" pt="md">
            <Paper withBorder className={classes.notes}>
              <LazyNotes documentId={session.noteDocumentId} user={me} readOnly />
            </Paper>
          </Tabs.Panel>
        )}
      </Tabs>
    </Stack>
  );
}
