import { Button, CopyButton, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { guestRoutes, readableJoinCode } from '../../../shared/live/guests.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './guests.module.css';
import { joinCodeOf, useJoinCode } from './queries.ts';

/** The code of a class: to read aloud, to write on the board, and as a link to send. */
export function JoinCode({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('live');
  const code = useQuery(joinCodeOf(sessionId));
  const open = useJoinCode(sessionId, guestRoutes.newCode);
  const failed = code.isError ? code : open.isError ? open : null;
  if (!code.data && !code.isError) return <Skeleton height={120} radius="md" />;
  return (
    <Stack>
      <Text>{t('guests.codeLead')}</Text>
      {failed && (
        <ProblemAlert
          title={t('guests.failed')}
          error={failed.error}
          onRetry={code.isError ? () => void code.refetch() : undefined}
        />
      )}
      {code.data?.code ? (
        <OpenCode sessionId={sessionId} code={readableJoinCode(code.data.code)} />
      ) : (
        code.data && (
          <Group>
            <Button loading={open.isPending} onClick={() => open.mutate()} data-testid="code-open">
              {t('guests.codeOpen')}
            </Button>
          </Group>
        )
      )}
    </Stack>
  );
}

function OpenCode({ sessionId, code }: { sessionId: string; code: string }) {
  const { t } = useTranslation('live');
  const [renewing, renewDialog] = useDisclosure(false);
  const [closing, closeDialog] = useDisclosure(false);
  const renew = useJoinCode(sessionId, guestRoutes.newCode);
  const close = useJoinCode(sessionId, guestRoutes.closeCode);
  return (
    <>
      <div className={classes.code} data-testid="join-code">
        {code}
      </div>
      <Group gap="xs" justify="center">
        <Copy value={code} label={t('guests.copyCode')} />
        <Copy value={`${window.location.origin}/join/${code}`} label={t('guests.copyLink')} />
      </Group>
      <Group gap="xs" justify="flex-end">
        <Button variant="subtle" size="xs" onClick={renewDialog.open} data-testid="code-renew">
          {t('guests.codeRenew')}
        </Button>
        <Button variant="subtle" color="red" size="xs" onClick={closeDialog.open} data-testid="code-close">
          {t('guests.codeClose')}
        </Button>
      </Group>
      <ConfirmDialog
        title={t('guests.codeRenewTitle')}
        text={t('guests.codeEnds')}
        submit={t('guests.codeRenew')}
        failed={t('guests.failed')}
        opened={renewing}
        onClose={renewDialog.close}
        act={() => renew.mutateAsync()}
      />
      <ConfirmDialog
        title={t('guests.codeCloseTitle')}
        text={t('guests.codeEnds')}
        submit={t('guests.codeClose')}
        failed={t('guests.failed')}
        opened={closing}
        onClose={closeDialog.close}
        act={() => close.mutateAsync()}
      />
    </>
  );
}

function Copy({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation('live');
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
        >
          {copied ? t('guests.copied') : label}
        </Button>
      )}
    </CopyButton>
  );
}
