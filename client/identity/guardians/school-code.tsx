import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { CodeShown } from './code-shown.tsx';

/** For the page about a student: the school makes a link code for their guardian. */
export function SchoolCode({ organizationId, userId }: { organizationId: string; userId: string }) {
  const { t } = useTranslation('guardians');
  const making = useMutation({
    mutationFn: () => api.call(guardianRoutes.makeCodeFor, { params: { organizationId, userId } }),
  });
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="school-code">
      <Stack gap="sm">
        <div>
          <Title order={3} size="h4" id="school-code">
            {t('school.title')}
          </Title>
          <Text c="dimmed" size="sm">
            {t('school.lead')}
          </Text>
        </div>
        {making.data && <CodeShown {...making.data} />}
        {making.isError && <ProblemAlert title={t('failed')} error={making.error} />}
        <Group>
          <Button
            variant="default"
            loading={making.isPending}
            onClick={() => making.mutate()}
            data-testid="school-make-code"
          >
            {making.data ? t('code.makeNew') : t('code.make')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
