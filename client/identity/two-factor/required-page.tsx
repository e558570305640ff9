import { Button, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Logo } from '../../kernel/ui/logo.tsx';
import { signOut } from '../../kernel/sign-out.ts';
import { askAgain } from '../../kernel/token.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { SetUp } from './set-up.tsx';

/** Instead of every page, as long as a role needs a second factor and there is none. */
export function TwoFactorRequiredPage() {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  usePageTitle(t('required.title'));
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={640} gap="lg">
        <Group gap="sm">
          <Logo size={36} />
          <Text fw={650} size="xl">
            {t('kernel:productName')}
          </Text>
        </Group>
        <Paper withBorder p={{ base: 'lg', sm: 'xl' }} radius="lg">
          <Stack>
            <div>
              <Title order={1} size="h2">
                {t('required.title')}
              </Title>
              <Text c="dimmed">{t('required.text')}</Text>
            </div>
            <SetUp onDone={() => void askAgain().catch(() => undefined)} />
            <Button variant="subtle" style={{ alignSelf: 'flex-start' }} onClick={() => void signOut()}>
              {t('required.signOut')}
            </Button>
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
