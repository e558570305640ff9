import { Button, Group, Modal, PasswordInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { signOut } from '../../kernel/sign-out.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { CodeField, looksLikeCode } from './code-field.tsx';
import { useCodeProblem } from './code-problem.ts';

type Method = 'password' | 'totp' | 'recovery_code';

interface Asked {
  methods: readonly Method[];
  done(proven: boolean): void;
}

/**
 * For operations that may ask who it is: `mutationFn: () => withStepUp(() => api.call(…))`, and `stepUpDialog` somewhere in
 * the page. Where the server asks, so does the dialog, and the operation is repeated. Whoever closes it gets the refusal.
 */
export function useStepUp(): {
  withStepUp: <T>(work: () => Promise<T>) => Promise<T>;
  stepUpDialog: ReactNode;
} {
  const [asked, setAsked] = useState<Asked | null>(null);
  const withStepUp = useCallback(async <T,>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'step_up_required') throw error;
      const { methods = [] } = (error.data ?? {}) as { methods?: readonly Method[] };
      const proven = await new Promise<boolean>((done) => {
        setAsked({ methods, done });
      });
      setAsked(null);
      if (!proven) throw error;
      return work();
    }
  }, []);
  return { withStepUp, stepUpDialog: asked && <StepUpDialog {...asked} /> };
}

function StepUpDialog({ methods, done }: Asked) {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  return (
    <Modal
      opened
      onClose={() => done(false)}
      title={t('stepUp.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      {methods.length > 0 ? (
        <StepUpForm methods={methods} done={done} />
      ) : (
        <Stack>
          <Text>{t('stepUp.impossible')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => done(false)}>
              {t('kernel:cancel')}
            </Button>
            <Button onClick={() => void signOut()}>{t('kernel:account.signOut')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function StepUpForm({ methods, done }: Asked) {
  const { t } = useTranslation(['twoFactor', 'kernel']);
  const codeProblem = useCodeProblem();
  const [method, setMethod] = useState<Method>(methods[0] ?? 'password');
  const [value, setValue] = useState('');
  const [checked, setChecked] = useState(false);
  const prove = useMutation({
    mutationFn: () =>
      api.call(twoFactorRoutes.stepUp, {
        body: method === 'password' ? { password: value } : { code: value },
      }),
    onSuccess: () => done(true),
  });
  const missing = method === 'password' ? value === '' : !looksLikeCode(value, method === 'recovery_code');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // The dialog may stand in a form of the page, which React would tell too.
    event.stopPropagation();
    setChecked(true);
    if (!missing) prove.mutate();
  };
  const choose = (next: string): void => {
    setMethod(next as Method);
    setValue('');
    setChecked(false);
    prove.reset();
  };
  const refused = prove.error instanceof ApiError && prove.error.code === 'invalid_credentials';
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{t('stepUp.text')}</Text>
        {methods.length > 1 && (
          <SegmentedControl
            fullWidth
            aria-label={t('stepUp.method')}
            value={method}
            onChange={choose}
            data={methods.map((one) => ({ value: one, label: t(`stepUp.${one}`) }))}
          />
        )}
        {prove.isError && (
          <ProblemAlert
            title={t('stepUp.failed')}
            error={prove.error}
            text={
              refused
                ? t(method === 'password' ? 'stepUp.wrongPassword' : 'codeNotRight')
                : codeProblem(prove.error)
            }
          />
        )}
        {method === 'password' ? (
          <PasswordInput
            label={t('stepUp.password')}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            error={checked && missing ? t('stepUp.missingPassword') : null}
            data-autofocus
            data-testid="step-up-password"
          />
        ) : (
          <CodeField
            key={method}
            value={value}
            onChange={setValue}
            recovery={method === 'recovery_code'}
            missing={checked && missing}
            autoFocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => done(false)}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={prove.isPending} data-testid="step-up-submit">
            {t('stepUp.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
