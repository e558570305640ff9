import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { useFieldErrors } from './errors.ts';
import { AddressFields, addressOf, emptyAddress } from './fields.tsx';
import { Problem } from './problem.tsx';
import { PublicPage } from './public-page.tsx';

/** `/forgot-password` */
export function ForgotPage() {
  const { t } = useTranslation('accounts');
  const [address, setAddress] = useState(emptyAddress);
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const asking = useMutation({
    mutationFn: () => api.call(accountRoutes.requestPasswordReset, { body: addressOf(address) }),
  });
  const value = address[address.kind].trim();
  if (asking.isSuccess)
    return <PublicPage title={t('forgot.sent')} lead={t('forgot.sentText', { address: value })} />;
  const errors = checked && !value ? { [address.kind]: t('missing') } : fieldErrors(asking.error);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (value) asking.mutate();
  };
  return (
    <PublicPage title={t('forgot.title')} lead={t('forgot.lead')}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Problem error={asking.error} fields={['email', 'phone']} />
          <AddressFields draft={address} onChange={setAddress} errors={errors} />
          <Button type="submit" size="md" loading={asking.isPending} data-testid="forgot-submit">
            {t('forgot.submit')}
          </Button>
        </Stack>
      </form>
    </PublicPage>
  );
}
