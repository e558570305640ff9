import { Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useKeepNext } from '../next.ts';
import { registration } from './queries.ts';

/** Below the sign-in form: what helps who cannot use it. */
export function SignInLinks() {
  const { t } = useTranslation('accounts');
  const keepNext = useKeepNext();
  return (
    <Group justify="space-between" gap="xs" mt="md">
      <Anchor component={Link} to={keepNext('/forgot-password')} size="sm" data-testid="to-forgot">
        {t('signInLinks.forgot')}
      </Anchor>
      <Anchor component={Link} to={keepNext('/sign-in/code')} size="sm" data-testid="to-code">
        {t('signInLinks.code')}
      </Anchor>
    </Group>
  );
}

/** Nothing where people cannot register by themselves. */
export function RegisterLink() {
  const { t } = useTranslation('accounts');
  const keepNext = useKeepNext();
  const { data } = useQuery(registration);
  if (!data?.open) return null;
  return (
    <Text>
      {t('signInLinks.noAccount')}{' '}
      <Anchor component={Link} to={keepNext('/register')} underline="always" data-testid="to-register">
        {t('signInLinks.register')}
      </Anchor>
    </Text>
  );
}
