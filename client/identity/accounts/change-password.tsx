import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { useStepUp } from '../two-factor/step-up-dialog.tsx';
import { useFieldErrors } from './errors.ts';
import { PasswordField } from './fields.tsx';
import { Problem } from './problem.tsx';

interface ChangePasswordProps {
  /** Without one: the first is set, after a fresh proof of who asks. */
  hasPassword: boolean;
  submit: string;
  onDone: () => void;
  children?: ReactNode;
}

/** Old and new password. */
export function ChangePassword({ hasPassword, submit, onDone, children }: ChangePasswordProps) {
  const { t } = useTranslation('accounts');
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const { withStepUp, stepUpDialog } = useStepUp();
  const changing = useMutation({
    mutationFn: () =>
      withStepUp(() =>
        api.call(accountRoutes.changePassword, {
          body: { ...(hasPassword ? { currentPassword: current } : {}), newPassword: fresh },
        }),
      ),
    onSuccess: () => {
      setCurrent('');
      setFresh('');
      setChecked(false);
      onDone();
    },
  });
  const { error } = changing;
  const wrong = error instanceof ApiError && error.code === 'invalid_credentials';
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (fresh && (current || !hasPassword)) changing.mutate();
  };
  return (
    <form onSubmit={send} noValidate>
      <Stack>
        {!wrong && <Problem error={error} fields={['password']} />}
        {hasPassword && (
          <PasswordField
            kind="current"
            label={t('currentPassword')}
            value={current}
            onChange={setCurrent}
            error={checked && !current ? t('missing') : wrong ? t('wrongPassword') : null}
            testId="current-password"
          />
        )}
        <PasswordField
          kind="new"
          label={t('newPassword')}
          value={fresh}
          onChange={setFresh}
          error={checked && !fresh ? t('missing') : fieldErrors(error)['password']}
          testId="new-password"
        />
        <Group>
          <Button type="submit" loading={changing.isPending} data-testid="change-password">
            {submit}
          </Button>
          {children}
        </Group>
        {stepUpDialog}
      </Stack>
    </form>
  );
}
