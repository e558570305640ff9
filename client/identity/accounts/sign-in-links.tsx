import { Anchor, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** Below the sign-in form: what helps who cannot use it. */
export function SignInLinks() {
  const { t } = useTranslation('accounts');
  return (
    <Group justify="space-between" gap="xs" mt="md">
      <Anchor component={Link} to="/forgot-password" size="sm" data-testid="to-forgot">
        {t('signInLinks.forgot')}
      </Anchor>
      <Anchor component={Link} to="/sign-in/code" size="sm" data-testid="to-code">
        {t('signInLinks.code')}
      </Anchor>
    </Group>
  );
}

export function RegisterLink() {
  const { t } = useTranslation('accounts');
  return (
    <Text>
      {t('signInLinks.noAccount')}{' '}
      <Anchor component={Link} to="/register" data-testid="to-register">
        {t('signInLinks.register')}
      </Anchor>
    </Text>
  );
}
