import { Alert, Button, Group, Text } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** Accounts of the demonstration school (`server/demo/people.ts`), and their password on the machine the server runs on. */
const emails = ['teacher', 'student1', 'student2', 'parent', 'admin'].map((name) => `${name}@lectern.test`);
const localPassword = 'lectern-demo';
const localHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

async function readReadiness(): Promise<{ demo?: boolean }> {
  const response = await fetch('/readyz', { headers: { accept: 'application/json' } });
  return (await response.json()) as { demo?: boolean };
}

/** On a demonstration server: the accounts one may try, a click away. Others in the building need the password told. */
export function DemoHint({ onChoose }: { onChoose: (email: string, password: string | null) => void }) {
  const { t } = useTranslation('identity');
  const { data } = useQuery({
    queryKey: ['readyz'],
    queryFn: readReadiness,
    retry: false,
    staleTime: Infinity,
  });
  if (!data?.demo) return null;
  const password = localHosts.has(window.location.hostname) ? localPassword : null;
  return (
    <Alert icon={<IconSchool aria-hidden />} title={t('demo.title')} variant="light" data-testid="demo-hint">
      <Text size="sm" mb="xs">
        {password ? t('demo.text', { password }) : t('demo.plain')}
      </Text>
      <Group gap="xs">
        {emails.map((email) => (
          <Button
            key={email}
            size="compact-sm"
            variant="default"
            aria-label={t('demo.use', { email })}
            onClick={() => onChoose(email, password)}
          >
            {email}
          </Button>
        ))}
      </Group>
    </Alert>
  );
}
