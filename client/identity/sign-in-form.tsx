import { Button, Checkbox, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { identityRoutes, signInInput } from '../../shared/identity/contract.ts';
import { ApiError, api } from '../kernel/api.ts';
import { formatTime } from '../kernel/i18n/format.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { DemoHint } from './demo-hint.tsx';
import { useKeepNext } from './next.ts';

interface SignInFormProps {
  rememberMe: boolean;
  onRememberMe: (wanted: boolean) => void;
}

/** E-mail and password. What was typed stays after an error; the focus goes where something is wrong. */
export function SignInForm({ rememberMe, onRememberMe }: SignInFormProps) {
  const { t } = useTranslation('identity');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const keepNext = useKeepNext();

  const signIn = useMutation({
    mutationFn: () => api.call(identityRoutes.signIn, { body: { email, password, rememberMe } }),
    onSuccess: finishSignIn,
    onError: (error) => {
      const known = email.startsWith('+') ? { phone: email } : { email };
      if (error instanceof ApiError && error.code === 'verification_required')
        void navigate(keepNext('/verify-email'), { state: known });
      else passwordField.current?.focus();
    },
  });

  const emailIsWrong = !signInInput.shape.email.safeParse(email).success;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (emailIsWrong) emailField.current?.focus();
    else if (password === '') passwordField.current?.focus();
    else signIn.mutate();
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {signIn.isError && (
          <ProblemAlert title={t('signIn.failed')} error={signIn.error} text={waitingText(signIn.error, t)} />
        )}
        <TextInput
          ref={emailField}
          label={t('signIn.email')}
          type="text"
          inputMode="email"
          name="email"
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={checked && emailIsWrong ? t('signIn.invalidEmail') : null}
          data-testid="sign-in-email"
        />
        <PasswordInput
          ref={passwordField}
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={checked && password === '' ? t('signIn.missingPassword') : null}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          data-testid="sign-in-password"
        />
        <Checkbox
          label={t('signIn.remember')}
          checked={rememberMe}
          onChange={(event) => onRememberMe(event.currentTarget.checked)}
          data-testid="sign-in-remember"
        />
        <Button type="submit" size="md" loading={signIn.isPending} data-testid="sign-in-submit">
          {t('signIn.submit')}
        </Button>
        <DemoHint
          onChoose={(chosen, known) => {
            setEmail(chosen);
            if (known) setPassword(known);
          }}
        />
      </Stack>
    </form>
  );
}

type Translate = ReturnType<typeof useTranslation<'identity'>>['t'];

/** More than the catalogue's sentence, where the refusal says when to come back. */
function waitingText(error: unknown, t: Translate): string | null {
  if (!(error instanceof ApiError)) return null;
  const data = (error.data ?? {}) as { until?: string; retryAfterSeconds?: number };
  if (error.code === 'account_locked' && data.until)
    return t('signIn.lockedUntil', { time: formatTime(data.until) });
  if (error.code === 'rate_limited' && data.retryAfterSeconds)
    return t('signIn.retryAfter', { seconds: data.retryAfterSeconds });
  return null;
}
