import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { privacyRoutes } from '../../../shared/identity/privacy.ts';
import { api } from '../../kernel/api.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { setSignedOut } from '../../kernel/sign-in-state.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { useStepUp } from '../two-factor/step-up-dialog.tsx';

interface EndDialogProps {
  /** What is about to be done to the account. */
  kind: 'deactivate' | 'erase';
  opened: boolean;
  onClose: () => void;
}

/** Asks twice over: the dialog, and the password in it; and for a fresh proof where the sign-in is older. */
export function EndDialog({ kind, opened, onClose }: EndDialogProps) {
  const { t } = useTranslation(['privacy', 'kernel']);
  const me = useMe();
  const [confirm, setConfirm] = useState('');
  const { withStepUp, stepUpDialog } = useStepUp();
  const end = useMutation({
    mutationFn: () => withStepUp(() => api.call(privacyRoutes[kind], { body: { confirm } })),
    onSuccess: () => setSignedOut('none'),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (confirm !== '') end.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t(`${kind}.ask`)}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text>{t(`${kind}.text`)}</Text>
          {kind === 'erase' && <Alert color="red">{t('erase.warning')}</Alert>}
          {end.isError && (
            <ProblemAlert
              title={t('confirm.failed')}
              error={end.error}
              text={codeOf(end.error) === 'invalid_credentials' ? t('confirm.wrong') : null}
            />
          )}
          <PasswordInput
            label={t('confirm.label', { code: me.code })}
            autoComplete="current-password"
            value={confirm}
            onChange={(event) => setConfirm(event.currentTarget.value)}
            data-autofocus
            data-testid="end-confirm"
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('kernel:cancel')}
            </Button>
            <Button
              type="submit"
              color="red"
              loading={end.isPending}
              disabled={confirm === ''}
              data-testid="end-submit"
            >
              {t(`${kind}.action`)}
            </Button>
          </Group>
        </Stack>
      </form>
      {stepUpDialog}
    </Modal>
  );
}
