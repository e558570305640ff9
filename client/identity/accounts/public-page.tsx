import { Anchor, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Logo } from '../../kernel/ui/logo.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useKeepNext } from '../next.ts';

interface PublicPageProps {
  title: string;
  lead?: string;
  children?: ReactNode;
  /** What stands below the card; a way back to the sign-in unless told. */
  footer?: ReactNode;
}

/** The card of the pages before a sign-in, like the sign-in page. */
export function PublicPage({ title, lead, children, footer }: PublicPageProps) {
  const { t } = useTranslation(['accounts', 'kernel']);
  const keepNext = useKeepNext();
  usePageTitle(title);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={420} gap="lg">
        <Group gap="sm">
          <Logo size={36} />
          <Text fw={650} size="xl">
            {t('kernel:productName')}
          </Text>
        </Group>
        <Paper withBorder p={{ base: 'lg', sm: 'xl' }} radius="lg">
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
              {lead}
            </Text>
          )}
          {children && <Stack mt="lg">{children}</Stack>}
        </Paper>
        {footer ?? (
          <Anchor component={Link} to={keepNext('/sign-in')} data-testid="to-sign-in">
            {t('toSignIn')}
          </Anchor>
        )}
      </Stack>
    </Center>
  );
}
