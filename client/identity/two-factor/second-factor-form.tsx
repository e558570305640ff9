import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { finishSignIn } from '../finish-sign-in.ts';
import { CodeField, looksLikeCode } from './code-field.tsx';
import { useCodeProblem } from './code-problem.ts';
import { askSecondFactor } from './question.ts';
import type { SecondFactorQuestion } from './question.ts';

/** After these the sign-in begins anew. */
const over = new Set<string>([
  'proof_expired',
  'proof_invalid',
  'already_used',
  'too_many_attempts',
  'account_locked',
  'account_inactive',
  'account_suspended',
]);

/** The second step of signing in. */
export function SecondFactorForm({ question }: { question: SecondFactorQuestion }) {
  const { t } = useTranslation('twoFactor');
  const codeProblem = useCodeProblem();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  const [checked, setChecked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [recovery]);

  const answer = useMutation({
    mutationFn: () => api.call(twoFactorRoutes.answer, { body: { challengeId: question.challengeId, code } }),
    onSuccess: finishSignIn,
    onError: () => field.current?.select(),
  });
  const isOver = answer.error instanceof ApiError && over.has(answer.error.code);
  const missing = !looksLikeCode(code, recovery);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (missing) field.current?.focus();
    else answer.mutate();
  };
  const change = (): void => {
    setRecovery(!recovery);
    setCode('');
    setChecked(false);
    answer.reset();
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <div>
          <Title order={1} size="h2">
            {t('question.title')}
          </Title>
          <Text c="dimmed">{t(recovery ? 'question.recoveryLead' : 'question.lead')}</Text>
        </div>
        {answer.isError && (
          <ProblemAlert
            title={t('question.failed')}
            error={answer.error}
            text={isOver && codeOver(answer.error) ? t('question.over') : codeProblem(answer.error)}
          />
        )}
        {!isOver && (
          <>
            <CodeField
              fieldRef={field}
              value={code}
              onChange={setCode}
              recovery={recovery}
              missing={checked && missing}
            />
            <Button type="submit" size="md" loading={answer.isPending} data-testid="second-factor-submit">
              {t('question.submit')}
            </Button>
          </>
        )}
        <Group justify="space-between">
          {question.methods.includes('recovery_code') && !isOver && (
            <Anchor component="button" type="button" onClick={change} data-testid="second-factor-other">
              {t(recovery ? 'question.useApp' : 'question.useRecovery')}
            </Anchor>
          )}
          <Anchor
            component="button"
            type="button"
            onClick={() => askSecondFactor(null)}
            data-testid="second-factor-back"
          >
            {t('question.back')}
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}

const codeOver = (error: unknown): boolean =>
  error instanceof ApiError && ['proof_expired', 'proof_invalid', 'already_used'].includes(error.code);
