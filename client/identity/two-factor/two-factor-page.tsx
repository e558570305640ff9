import { Badge, Button, Group, Modal, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import type { TwoFactorView } from '../../../shared/identity/two-factor.ts';
import { api } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { askAgain } from '../../kernel/token.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { CodeField } from './code-field.tsx';
import { useCodeProblem } from './code-problem.ts';
import { myTwoFactor } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUp } from './set-up.tsx';
import { useStepUp } from './step-up-dialog.tsx';

/** `/account/two-factor` */
export function TwoFactorPage() {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  const query = useQuery(myTwoFactor);
  const client = useQueryClient();
  // As long as the first recovery codes are shown, nothing that is read anew takes them away.
  const [justOn, setJustOn] = useState(false);
  usePageTitle(t('title'));
  const refresh = (): void => {
    setJustOn(false);
    void client.invalidateQueries({ queryKey: myTwoFactor.queryKey });
    // What this page knows of the person says whether they have a second factor.
    askAgain().catch(() => undefined);
  };
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Group gap="sm">
          <Title order={2}>{t('title')}</Title>
          {query.data && (
            <Badge
              color={query.data.enabled || justOn ? 'green' : 'gray'}
              variant="light"
              data-testid="two-factor-state"
            >
              {t(query.data.enabled || justOn ? 'on' : 'off')}
            </Badge>
          )}
        </Group>
        <Text c="dimmed">{t('lead')}</Text>
      </div>
      {query.data ? (
        <Paper withBorder p="lg" radius="md">
          <Stack>
            {query.data.enabled && !justOn ? (
              <Enabled view={query.data} onChanged={refresh} />
            ) : (
              <SetUp onConfirmed={() => setJustOn(true)} onDone={refresh} />
            )}
          </Stack>
        </Paper>
      ) : query.isError ? (
        <ProblemAlert title={t('failed')} error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={160} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
    </Stack>
  );
}

function Enabled({ view, onChanged }: { view: TwoFactorView; onChanged: () => void }) {
  const { t } = useTranslation('twoFactor');
  const [turningOff, setTurningOff] = useState(false);
  const { withStepUp, stepUpDialog } = useStepUp();
  const renew = useMutation({
    mutationFn: () => withStepUp(() => api.call(twoFactorRoutes.renewRecoveryCodes, { body: {} })),
  });
  if (renew.data)
    return (
      <RecoveryCodes
        codes={renew.data.recoveryCodes}
        onDone={() => {
          renew.reset();
          onChanged();
        }}
      />
    );
  return (
    <>
      <div>
        {view.confirmedAt && <Text>{t('since', { moment: formatMoment(view.confirmedAt) })}</Text>}
        <Text c={view.recoveryCodesLeft < 3 ? 'red' : undefined} data-testid="recovery-codes-left">
          {t('codesLeft', { count: view.recoveryCodesLeft })}
        </Text>
        {view.required && <Text c="dimmed">{t('requiredByRole')}</Text>}
      </div>
      {renew.isError && <ProblemAlert title={t('renew.failed')} error={renew.error} />}
      <Group>
        <Button
          variant="default"
          loading={renew.isPending}
          onClick={() => renew.mutate()}
          data-testid="recovery-codes-renew"
        >
          {t('renew.button')}
        </Button>
        <Button
          variant="subtle"
          color="red"
          onClick={() => setTurningOff(true)}
          data-testid="two-factor-disable"
        >
          {t('disable.button')}
        </Button>
      </Group>
      <DisableDialog
        opened={turningOff}
        required={view.required}
        onClose={() => setTurningOff(false)}
        onDone={() => {
          setTurningOff(false);
          onChanged();
        }}
      />
      {stepUpDialog}
    </>
  );
}

interface DisableDialogProps {
  opened: boolean;
  required: boolean;
  onClose: () => void;
  onDone: () => void;
}

function DisableDialog({ opened, onClose, ...rest }: DisableDialogProps) {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('disable.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <DisableForm onClose={onClose} {...rest} />
    </Modal>
  );
}

/** Its own component: what was typed lives as long as the dialog is open. */
function DisableForm({ required, onClose, onDone }: Omit<DisableDialogProps, 'opened'>) {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  const codeProblem = useCodeProblem();
  const { withStepUp, stepUpDialog } = useStepUp();
  const [code, setCode] = useState('');
  const [checked, setChecked] = useState(false);
  const disable = useMutation({
    mutationFn: () => withStepUp(() => api.call(twoFactorRoutes.disable, { body: { code } })),
    onSuccess: () => {
      notifications.show({ message: t('disable.done') });
      onDone();
    },
  });
  const missing = code.trim().length < 6;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (!missing) disable.mutate();
  };
  return (
    <>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t(required ? 'disable.textRequired' : 'disable.text')}</Text>
          {disable.isError && (
            <ProblemAlert
              title={t('disable.failed')}
              error={disable.error}
              text={codeProblem(disable.error)}
            />
          )}
          <CodeField value={code} onChange={setCode} missing={checked && missing} autoFocus />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('kernel:cancel')}
            </Button>
            <Button
              type="submit"
              color="red"
              loading={disable.isPending}
              data-testid="two-factor-disable-confirm"
            >
              {t('disable.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
      {stepUpDialog}
    </>
  );
}
