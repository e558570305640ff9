import { Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { guestRoutes, joinCodeInput } from '../../../shared/live/guests.ts';
import { api } from '../../kernel/api.ts';
import { PageShell } from '../../kernel/ui/page-shell.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';

/** `/join` and `/join/ABCD-EFGH`: where a code of a class leads to its door. What was typed stays after an error. */
export function JoinPage() {
  const { t } = useTranslation('live');
  const { code: given = '' } = useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [code, setCode] = useState(given);
  const [checked, setChecked] = useState(false);
  usePageTitle(t('joinPage.title'));
  const using = useMutation({
    mutationFn: () => api.call(guestRoutes.useCode, { body: { code } }),
    onSuccess: async ({ sessionId }) => {
      void client.invalidateQueries({ queryKey: ['classes'] });
      await navigate(`/classes/${sessionId}`, { replace: true });
    },
  });
  const complete = joinCodeInput.safeParse(code).success;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (complete) using.mutate();
  };
  return (
    <PageShell>
      <Paper withBorder radius="lg" p={{ base: 'lg', sm: 'xl' }} maw={440} mx="auto" w="100%">
        <form onSubmit={submit} noValidate>
          <Stack>
            <div>
              <Title order={1} size="h2">
                {t('joinPage.title')}
              </Title>
              <Text c="dimmed">{t('joinPage.lead')}</Text>
            </div>
            {using.isError && <ProblemAlert title={t('joinPage.failed')} error={using.error} />}
            <TextInput
              label={t('joinPage.code')}
              description={t('joinPage.hint')}
              placeholder="ABCD-EFGH"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              error={checked && !complete ? t('joinPage.incomplete') : null}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              maxLength={20}
              size="md"
              data-autofocus
              data-testid="join-code-input"
            />
            <Button type="submit" size="md" loading={using.isPending} data-testid="join-code-submit">
              {t('joinPage.submit')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </PageShell>
  );
}
