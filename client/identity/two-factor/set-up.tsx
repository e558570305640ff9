import { Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { CodeField, looksLikeCode } from './code-field.tsx';
import { useCodeProblem } from './code-problem.ts';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { useStepUp } from './step-up-dialog.tsx';

interface SetUpProps {
  /** It is on, and the recovery codes are shown: from now on they must stay. */
  onConfirmed?: () => void;
  /** The recovery codes were kept. */
  onDone: () => void;
}

/** From the button over the QR code and the first code to the recovery codes. */
export function SetUp({ onDone, onConfirmed }: SetUpProps) {
  const { t } = useTranslation('twoFactor');
  const { withStepUp, stepUpDialog } = useStepUp();
  const begin = useMutation({
    mutationFn: () => withStepUp(() => api.call(twoFactorRoutes.begin, { body: {} })),
  });
  return (
    <>
      {begin.isError && <ProblemAlert title={t('setUp.failed')} error={begin.error} />}
      {begin.data ? (
        <Confirm {...begin.data} onDone={onDone} onConfirmed={onConfirmed} />
      ) : (
        <Button
          style={{ alignSelf: 'flex-start' }}
          loading={begin.isPending}
          onClick={() => begin.mutate()}
          data-testid="two-factor-begin"
        >
          {t('setUp.begin')}
        </Button>
      )}
      {stepUpDialog}
    </>
  );
}

function Confirm({ secret, address, onDone, onConfirmed }: SetUpProps & { secret: string; address: string }) {
  const { t } = useTranslation('twoFactor');
  const { withStepUp, stepUpDialog } = useStepUp();
  const codeProblem = useCodeProblem();
  const [code, setCode] = useState('');
  const [checked, setChecked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const confirm = useMutation({
    mutationFn: () => withStepUp(() => api.call(twoFactorRoutes.confirm, { body: { code } })),
    onSuccess: onConfirmed,
    onError: () => field.current?.select(),
  });
  const missing = !looksLikeCode(code, false);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (missing) field.current?.focus();
    else confirm.mutate();
  };
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recoveryCodes} onDone={onDone} />;
  return (
    <>
      <form onSubmit={submit} noValidate>
        <Stack>
          <List type="ordered" spacing="xs">
            <List.Item>{t('setUp.app')}</List.Item>
            <List.Item>{t('setUp.scan')}</List.Item>
            <List.Item>{t('setUp.type')}</List.Item>
          </List>
          <Group align="flex-start">
            <QrCode text={address} label={t('setUp.qr')} />
            <Stack gap="xs" maw={320}>
              <Text size="sm">{t('setUp.byHand')}</Text>
              <Code fz="md" style={{ overflowWrap: 'anywhere' }} data-testid="two-factor-secret">
                {secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}
              </Code>
            </Stack>
          </Group>
          {confirm.isError && (
            <ProblemAlert title={t('setUp.failed')} error={confirm.error} text={codeProblem(confirm.error)} />
          )}
          <Group align="flex-end">
            <CodeField fieldRef={field} value={code} onChange={setCode} missing={checked && missing} />
            <Button type="submit" loading={confirm.isPending} data-testid="two-factor-confirm">
              {t('setUp.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
      {stepUpDialog}
    </>
  );
}
