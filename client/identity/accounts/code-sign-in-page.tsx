import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { finishSignIn } from '../finish-sign-in.ts';
import { useKeepNext } from '../next.ts';
import { useFieldErrors } from './errors.ts';
import { AddressFields, CodeField, addressOf, emptyAddress } from './fields.tsx';
import { Problem } from './problem.tsx';
import { PublicPage } from './public-page.tsx';

/** `/sign-in/code` */
export function CodeSignInPage() {
  const { t } = useTranslation('accounts');
  const navigate = useNavigate();
  const keepNext = useKeepNext();
  const [address, setAddress] = useState(emptyAddress);
  const [code, setCode] = useState('');
  const [rememberMe, setRememberMe] = useState(false);
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const sending = useMutation({
    mutationFn: () => api.call(accountRoutes.sendSignInCode, { body: addressOf(address) }),
  });
  const resending = useMutation({
    mutationFn: () => api.call(accountRoutes.sendSignInCode, { body: addressOf(address) }),
  });
  const signingIn = useMutation({
    mutationFn: () =>
      api.call(accountRoutes.signInByCode, { body: { ...addressOf(address), code, rememberMe } }),
    onSuccess: (reply) => {
      finishSignIn(reply);
      // The sign-in page knows what comes next: the second factor, or the start page.
      void navigate(keepNext('/sign-in'), { replace: true });
    },
    onError: () => setCode(''),
  });
  const value = address[address.kind].trim();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (value) sending.mutate();
  };
  const signIn = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (code.length === 6) signingIn.mutate();
  };
  if (!sending.isSuccess)
    return (
      <PublicPage title={t('codeSignIn.title')} lead={t('codeSignIn.lead')}>
        <form onSubmit={send} noValidate>
          <Stack>
            <Problem error={sending.error} fields={['email', 'phone']} />
            <AddressFields
              draft={address}
              onChange={setAddress}
              errors={checked && !value ? { [address.kind]: t('missing') } : fieldErrors(sending.error)}
            />
            <Button type="submit" size="md" loading={sending.isPending} data-testid="code-send">
              {t('codeSignIn.send')}
            </Button>
          </Stack>
        </form>
      </PublicPage>
    );
  return (
    <PublicPage title={t('codeSignIn.title')}>
      <form onSubmit={signIn} noValidate>
        <Stack>
          <Text role="status">
            {t(resending.isSuccess ? 'codeSignIn.resent' : 'codeSignIn.sent', { address: value })}
          </Text>
          <Problem error={signingIn.error ?? resending.error} fields={['code']} />
          <CodeField value={code} onChange={setCode} error={fieldErrors(signingIn.error)['code']} />
          <Checkbox
            label={t('codeSignIn.remember')}
            checked={rememberMe}
            onChange={(event) => setRememberMe(event.currentTarget.checked)}
          />
          <Button
            type="submit"
            size="md"
            loading={signingIn.isPending}
            disabled={code.length < 6}
            data-testid="code-submit"
          >
            {t('codeSignIn.submit')}
          </Button>
          <Group grow preventGrowOverflow={false} gap="xs">
            <Button
              variant="subtle"
              loading={resending.isPending}
              onClick={() => {
                signingIn.reset();
                resending.mutate();
              }}
              data-testid="code-resend"
            >
              {t('verify.resend')}
            </Button>
            <Button
              variant="subtle"
              onClick={() => {
                sending.reset();
                resending.reset();
                signingIn.reset();
              }}
              data-testid="code-other"
            >
              {t('codeSignIn.other')}
            </Button>
          </Group>
        </Stack>
      </form>
    </PublicPage>
  );
}
