import { Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { organizationRoutes } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';

/** On `/sign-in?org=<slug>`: whose page it is, in their colour and with their words. Nothing where there is no such organization. */
export function SignInWords() {
  const { t } = useTranslation('organizations');
  const [search] = useSearchParams();
  const slug = search.get('org') ?? '';
  const { data } = useQuery({
    queryKey: ['sign-in-page', slug],
    queryFn: () => api.call(organizationRoutes.signInPage, { params: { slug } }),
    enabled: slug !== '',
    retry: false,
    staleTime: Infinity,
  });
  if (!data) return null;
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      role="note"
      style={data.primaryColor ? { borderInlineStart: `6px solid ${data.primaryColor}` } : undefined}
      data-testid="sign-in-words"
    >
      <Text fw={600}>{t('signInPage.of', { name: data.name })}</Text>
      {data.loginMessage && (
        <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
          {data.loginMessage}
        </Text>
      )}
    </Paper>
  );
}
