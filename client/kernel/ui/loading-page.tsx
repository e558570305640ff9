import { Center, Loader, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** While the page finds out who is signed in, or fetches more of itself. */
export function LoadingPage({ text }: { text?: string }) {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100dvh">
      <Stack align="center" role="status">
        <Loader aria-hidden />
        <Text c="dimmed">{text ?? t('loading')}</Text>
      </Stack>
    </Center>
  );
}
