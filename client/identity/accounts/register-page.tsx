import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { useKeepNext } from '../next.ts';
import { useFieldErrors } from './errors.ts';
import { AddressFields, PasswordField, addressOf, emptyAddress } from './fields.tsx';
import { Problem } from './problem.tsx';
import { PublicPage } from './public-page.tsx';
import { registration } from './queries.ts';

/** `/register` */
export function RegisterPage() {
  const { t } = useTranslation('accounts');
  const navigate = useNavigate();
  const keepNext = useKeepNext();
  const { data: about } = useQuery(registration);
  const [address, setAddress] = useState(emptyAddress);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const registering = useMutation({
    mutationFn: () =>
      api.call(accountRoutes.register, {
        body: {
          ...addressOf(address),
          name,
          password,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
      }),
    onSuccess: () => navigate(keepNext('/verify-email'), { state: { ...addressOf(address), sent: true } }),
  });
  const missing = {
    ...(address[address.kind].trim() ? {} : { [address.kind]: t('missing') }),
    ...(name.trim() ? {} : { name: t('missing') }),
    ...(password ? {} : { password: t('missing') }),
  };
  const errors: Record<string, string> = {
    ...fieldErrors(registering.error),
    ...(checked ? missing : {}),
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(missing).length === 0) registering.mutate();
  };
  if (about?.open === false)
    return <PublicPage title={t('register.closed')} lead={t('register.closedText')} />;
  return (
    <PublicPage
      title={t('register.title')}
      lead={t('register.lead')}
      footer={
        <Text>
          {t('register.haveOne')}{' '}
          <Anchor component={Link} to={keepNext('/sign-in')} underline="always">
            {t('verify.signIn')}
          </Anchor>
        </Text>
      }
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Problem error={registering.error} fields={['email', 'phone', 'name', 'password']} />
          <TextInput
            label={t('name')}
            autoComplete="name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={errors['name']}
            data-testid="account-name"
          />
          <AddressFields draft={address} onChange={setAddress} errors={errors} />
          <PasswordField
            kind="new"
            label={t('password')}
            value={password}
            onChange={setPassword}
            error={errors['password']}
            testId="account-password"
          />
          <Button type="submit" size="md" loading={registering.isPending} data-testid="register-submit">
            {t('register.submit')}
          </Button>
        </Stack>
      </form>
    </PublicPage>
  );
}
