import { Alert, Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'react-router';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { useKeepNext } from '../next.ts';
import { useFieldErrors } from './errors.ts';
import { AddressFields, CodeField, addressOf, emptyAddress } from './fields.tsx';
import type { AddressDraft } from './fields.tsx';
import { Problem } from './problem.tsx';
import { PublicPage } from './public-page.tsx';

/** `/verify-email`: with the token of a mail's link, or for typing the code. */
export function VerifyPage() {
  const [search] = useSearchParams();
  const token = search.get('token');
  return token === null ? <ByCode /> : <ByLink token={token} />;
}

function Done() {
  const { t } = useTranslation('accounts');
  const keepNext = useKeepNext();
  return (
    <PublicPage title={t('verify.done')} lead={t('verify.doneText')} footer={<span />}>
      <Button component={Link} to={keepNext('/sign-in')} size="md" data-testid="verified">
        {t('verify.signIn')}
      </Button>
    </PublicPage>
  );
}

/** A click, not the opening of the page: programs that look into mails open what they find there. */
function ByLink({ token }: { token: string }) {
  const { t } = useTranslation('accounts');
  const errorText = useErrorText();
  const confirming = useMutation({
    mutationFn: () => api.call(accountRoutes.verifyByLink, { body: { token } }),
  });
  if (confirming.isSuccess) return <Done />;
  if (!confirming.isError)
    return (
      <PublicPage title={t('verify.byLink')} lead={t('verify.byLinkText')}>
        <Button
          size="md"
          loading={confirming.isPending}
          onClick={() => confirming.mutate()}
          data-testid="verify-by-link"
        >
          {t('verify.byLinkSubmit')}
        </Button>
      </PublicPage>
    );
  return (
    <PublicPage title={t('verify.linkFailed')} lead={t('verify.linkFailedText')}>
      <Alert color="red" role="alert" data-testid="problem">
        {errorText(confirming.error)}
      </Alert>
      <Button component={Link} to="/verify-email" variant="default">
        {t('verify.resend')}
      </Button>
    </PublicPage>
  );
}

/** The address of whoever comes from the registration or the sign-in. */
function useGivenAddress(): { draft: AddressDraft; sent: boolean } {
  const state = (useLocation().state ?? {}) as { email?: string; phone?: string; sent?: boolean };
  return {
    draft: {
      kind: state.phone === undefined ? 'email' : 'phone',
      email: state.email ?? '',
      phone: state.phone ?? '',
    },
    sent: state.sent ?? false,
  };
}

function ByCode() {
  const { t } = useTranslation('accounts');
  const given = useGivenAddress();
  const [address, setAddress] = useState({ ...emptyAddress, ...given.draft });
  const [code, setCode] = useState('');
  const fieldErrors = useFieldErrors();
  const verifying = useMutation({
    mutationFn: () => api.call(accountRoutes.verifyByCode, { body: { ...addressOf(address), code } }),
    onError: () => setCode(''),
  });
  const resending = useMutation({
    mutationFn: () => api.call(accountRoutes.sendVerification, { body: addressOf(address) }),
  });
  if (verifying.isSuccess) return <Done />;
  const value = address[address.kind];
  const errors = fieldErrors(verifying.error ?? resending.error);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (code.length === 6) verifying.mutate();
  };
  const lead = given.sent
    ? t(address.kind === 'email' ? 'verify.sentEmail' : 'verify.sentSms', { address: value })
    : t('verify.ask');
  return (
    <PublicPage title={t('verify.title')} lead={lead}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Problem error={verifying.error ?? resending.error} fields={['email', 'phone', 'code']} />
          {resending.isSuccess && !verifying.isError && (
            <Alert role="status" color="board">
              {t('verify.resent')}
            </Alert>
          )}
          {!given.sent && <AddressFields draft={address} onChange={setAddress} errors={errors} />}
          <CodeField value={code} onChange={setCode} error={errors['code']} />
          <Button
            type="submit"
            size="md"
            loading={verifying.isPending}
            disabled={code.length < 6 || !value}
            data-testid="verify-submit"
          >
            {t('verify.submit')}
          </Button>
          <Button
            variant="subtle"
            disabled={!value}
            loading={resending.isPending}
            onClick={() => {
              verifying.reset();
              resending.mutate();
            }}
            data-testid="verify-resend"
          >
            {t('verify.resend')}
          </Button>
        </Stack>
      </form>
    </PublicPage>
  );
}
