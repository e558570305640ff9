import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { signOut } from '../../kernel/sign-out.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { PasswordField } from './fields.tsx';

/** Whether a refusal asks for a fresh proof of who it is. */
export const isStepUp = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.code === 'step_up_required';

interface StepUpDialogProps {
  /** Opens when this is such a refusal. */
  error: unknown;
  onDone: () => void;
  onCancel: () => void;
}

/** Asks for the password or a code of the second factor, and then for what was wanted once more. */
export function StepUpDialog({ error, onDone, onCancel }: StepUpDialogProps) {
  const { t } = useTranslation(['accounts', 'kernel']);
  const opened = isStepUp(error);
  const methods = opened ? ((error.data as { methods?: string[] } | undefined)?.methods ?? []) : [];
  return (
    <Modal
      opened={opened}
      onClose={onCancel}
      title={t('stepUp.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      {methods.length > 0 ? (
        <StepUpForm byPassword={methods.includes('password')} onDone={onDone} onCancel={onCancel} />
      ) : (
        <Stack>
          <Text>{t('stepUp.anew')}</Text>
          <Button onClick={() => void signOut()}>{t('kernel:account.signOut')}</Button>
        </Stack>
      )}
    </Modal>
  );
}

interface StepUpFormProps {
  byPassword: boolean;
  onDone: () => void;
  onCancel: () => void;
}

/** Its own component: a secret is forgotten with the dialog. */
function StepUpForm({ byPassword, onDone, onCancel }: StepUpFormProps) {
  const { t } = useTranslation(['accounts', 'kernel']);
  const [secret, setSecret] = useState('');
  const proving = useMutation({
    mutationFn: () =>
      api.call(twoFactorRoutes.stepUp, { body: byPassword ? { password: secret } : { code: secret } }),
    onSuccess: onDone,
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // A dialog lies within the form that it was opened from, as far as React's events go.
    event.stopPropagation();
    if (secret) proving.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{t('stepUp.lead')}</Text>
        {proving.isError && <ProblemAlert title={t('failed')} error={proving.error} />}
        {byPassword ? (
          <PasswordField
            kind="current"
            label={t('stepUp.password')}
            value={secret}
            onChange={setSecret}
            testId="step-up-password"
          />
        ) : (
          <TextInput
            label={t('stepUp.code')}
            autoComplete="one-time-code"
            maxLength={40}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            data-testid="step-up-code"
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={proving.isPending} data-testid="step-up-submit">
            {t('stepUp.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
