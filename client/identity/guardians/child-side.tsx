import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import type { GuardianView } from '../../../shared/identity/guardians.ts';
import { api } from '../../kernel/api.ts';
import { formatDay, formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { CodeShown } from './code-shown.tsx';
import classes from './guardians.module.css';
import { PersonRow } from './person-row.tsx';
import { myGuardians, useFamilyMutation, useFamilyRefresh } from './queries.ts';
import { useRelationshipText } from './relationship-text.ts';

/** What a student decides: who is linked to them. */
export function ChildSide() {
  const { t } = useTranslation(['guardians', 'kernel']);
  const query = useQuery(myGuardians);
  if (!query.data && query.isError)
    return (
      <ProblemAlert title={t('guardians.failed')} error={query.error} onRetry={() => void query.refetch()} />
    );
  if (!query.data)
    return <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />;
  const { items, code } = query.data;
  return (
    <>
      <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="guardians">
        <Title order={3} size="h4" id="guardians" mb="xs">
          {t('guardians.title')}
        </Title>
        {items.length === 0 ? (
          <Text data-testid="guardians-empty">{t('guardians.empty')}</Text>
        ) : (
          <ul className={classes.list}>
            {items.map((one) => (
              <GuardianRow key={one.id} link={one} />
            ))}
          </ul>
        )}
      </Paper>
      <LinkCode openUntil={code?.expiresAt ?? null} />
    </>
  );
}

function LinkCode({ openUntil }: { openUntil: string | null }) {
  const { t } = useTranslation('guardians');
  const me = useMe();
  const making = useFamilyMutation(() => api.call(guardianRoutes.makeCode));
  const withdrawing = useFamilyMutation(() => api.call(guardianRoutes.withdrawCode));
  // Used or withdrawn in the meantime: then it is not worth showing.
  const made = openUntil !== null && making.data?.expiresAt === openUntil ? making.data : null;
  const withdraw = (): void =>
    withdrawing.mutate(undefined, {
      onSuccess: () => {
        making.reset();
        notifications.show({ message: t('code.withdrawn') });
      },
    });
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="link-code-title">
      <Stack gap="sm">
        <div>
          <Title order={3} size="h4" id="link-code-title">
            {t('code.title')}
          </Title>
          <Text c="dimmed" size="sm">
            {t('code.lead')}
          </Text>
        </div>
        {made && <CodeShown {...made} />}
        {!made && openUntil && (
          <Text size="sm" data-testid="code-out">
            {t('code.out', { moment: formatMoment(openUntil) })}
          </Text>
        )}
        {making.isError && <ProblemAlert title={t('failed')} error={making.error} />}
        {withdrawing.isError && <ProblemAlert title={t('failed')} error={withdrawing.error} />}
        <Group gap="xs">
          <Button
            variant={openUntil ? 'default' : 'filled'}
            loading={making.isPending}
            onClick={() => making.mutate(undefined)}
            data-testid="make-code"
          >
            {openUntil ? t('code.makeNew') : t('code.make')}
          </Button>
          {openUntil && (
            <Button
              variant="subtle"
              loading={withdrawing.isPending}
              onClick={withdraw}
              data-testid="withdraw-code"
            >
              {t('code.withdraw')}
            </Button>
          )}
        </Group>
        <Text c="dimmed" size="sm">
          {t('code.account', { code: me.code })}
        </Text>
      </Stack>
    </Paper>
  );
}

function GuardianRow({ link }: { link: GuardianView }) {
  const { t } = useTranslation('guardians');
  const relationshipText = useRelationshipText();
  const [removing, dialog] = useDisclosure(false);
  const refresh = useFamilyRefresh();
  const params = { guardianshipId: link.id };
  const name = link.guardian.displayName;
  const approving = useFamilyMutation(() => api.call(guardianRoutes.approve, { params }));
  const rejecting = useFamilyMutation(async () => {
    await api.call(guardianRoutes.reject, { params });
  });
  const say = (message: string) => ({ onSuccess: () => notifications.show({ message }) });
  const pending = link.status === 'pending';
  const error = approving.error ?? rejecting.error;
  return (
    <>
      <PersonRow
        testId="guardian-row"
        person={link.guardian}
        detail={
          pending
            ? `${relationshipText(link)}, ${t('guardians.asks')}`
            : `${relationshipText(link)}, ${t('guardians.since', { day: formatDay(link.approvedAt ?? link.requestedAt) })}`
        }
        actions={
          pending ? (
            <>
              <Button
                size="xs"
                aria-label={t('guardians.approveNamed', { name })}
                loading={approving.isPending}
                onClick={() => approving.mutate(undefined, say(t('guardians.approved', { name })))}
                data-testid="guardian-approve"
              >
                {t('guardians.approve')}
              </Button>
              <Button
                size="xs"
                variant="default"
                aria-label={t('guardians.rejectNamed', { name })}
                loading={rejecting.isPending}
                onClick={() => rejecting.mutate(undefined, say(t('guardians.rejected', { name })))}
                data-testid="guardian-reject"
              >
                {t('guardians.reject')}
              </Button>
            </>
          ) : (
            <Button
              size="xs"
              variant="subtle"
              color="red"
              aria-label={t('guardians.removeNamed', { name })}
              onClick={dialog.open}
              data-testid="guardian-remove"
            >
              {t('guardians.remove')}
            </Button>
          )
        }
      />
      {error && <ProblemAlert title={t('failed')} error={error} />}
      <ConfirmDialog
        title={t('guardians.removeTitle', { name })}
        text={t('guardians.removeText', { name })}
        submit={t('guardians.remove')}
        done={t('guardians.removed', { name })}
        failed={t('failed')}
        opened={removing}
        onClose={dialog.close}
        act={() => api.call(guardianRoutes.removeGuardian, { params })}
        onDone={refresh}
      />
    </>
  );
}
