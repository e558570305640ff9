import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { useFieldErrors } from './errors.ts';
import { PasswordField } from './fields.tsx';
import { Problem } from './problem.tsx';
import { PublicPage } from './public-page.tsx';

/** Answers after which the link will never work. */
const dead = new Set<string>(['proof_invalid', 'proof_expired', 'already_used', 'wrong_purpose']);

/** `/reset-password`: where the link of a mail leads. */
export function ResetPage() {
  const { t } = useTranslation('accounts');
  const [search] = useSearchParams();
  const token = search.get('token') ?? '';
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const errorText = useErrorText();
  const resetting = useMutation({
    mutationFn: () => api.call(accountRoutes.resetPassword, { body: { token, password } }),
  });
  if (resetting.isSuccess)
    return (
      <PublicPage title={t('reset.done')} lead={t('reset.doneText')} footer={<span />}>
        <Button component={Link} to="/sign-in" size="md" data-testid="reset-done">
          {t('verify.signIn')}
        </Button>
      </PublicPage>
    );
  const errors = fieldErrors(resetting.error);
  const code = resetting.error instanceof ApiError ? resetting.error.code : null;
  if (token === '' || 'token' in errors || (code !== null && dead.has(code)))
    return (
      <PublicPage
        title={t('reset.dead')}
        lead={errorText(code === 'invalid_input' || !code ? 'proof_invalid' : code)}
      >
        <Button component={Link} to="/forgot-password" data-testid="reset-again">
          {t('reset.again')}
        </Button>
      </PublicPage>
    );
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (password) resetting.mutate();
  };
  return (
    <PublicPage title={t('reset.title')} lead={t('reset.lead')}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Problem error={resetting.error} fields={['password']} />
          <PasswordField
            kind="new"
            label={t('newPassword')}
            value={password}
            onChange={setPassword}
            error={checked && !password ? t('missing') : errors['password']}
            testId="reset-password"
          />
          <Button type="submit" size="md" loading={resetting.isPending} data-testid="reset-submit">
            {t('reset.submit')}
          </Button>
        </Stack>
      </form>
    </PublicPage>
  );
}
