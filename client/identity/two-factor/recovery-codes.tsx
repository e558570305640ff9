import { Alert, Button, Code, CopyButton, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** The recovery codes, this once: to be copied, saved or written down. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation('twoFactor');
  const text = codes.join('\n');
  const save = (): void => {
    const address = URL.createObjectURL(
      new Blob([`${t('codes.file')}\n\n${text}\n`], { type: 'text/plain' }),
    );
    const link = document.createElement('a');
    link.href = address;
    link.download = 'lectern-recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Stack data-testid="recovery-codes">
      <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('codes.title')} role="status">
        {t('codes.text')}
      </Alert>
      <SimpleGrid
        cols={{ base: 1, xs: 2 }}
        spacing="xs"
        component="ul"
        style={{ listStyle: 'none', padding: 0 }}
      >
        {codes.map((code) => (
          <li key={code}>
            <Code fz="md" block ta="center" data-testid="recovery-code">
              {code}
            </Code>
          </li>
        ))}
      </SimpleGrid>
      <Group>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'codes.copied' : 'codes.copy')}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={save}>
          {t('codes.save')}
        </Button>
        <Button onClick={onDone} data-testid="recovery-codes-done">
          {t('codes.done')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t('codes.once')}
      </Text>
    </Stack>
  );
}
