import { Badge, Button, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { setMe } from '../../kernel/sign-in-state.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { useStepUp } from '../two-factor/step-up-dialog.tsx';
import { ChangePassword } from './change-password.tsx';
import { useFieldErrors } from './errors.ts';
import { CodeField } from './fields.tsx';
import { Problem } from './problem.tsx';
import { myProfile } from './queries.ts';

/** `/account/security` */
export function SecurityPage() {
  const { t } = useTranslation('accounts');
  usePageTitle(t('security.title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('security.title')}</Title>
        <Text c="dimmed">{t('security.lead')}</Text>
      </div>
      <PasswordSection />
      <AddressSection kind="email" />
      <AddressSection kind="phone" />
    </Stack>
  );
}

function said(text: string): void {
  notifications.show({ message: text });
  announce(text);
}

function PasswordSection() {
  const { t } = useTranslation(['accounts', 'kernel']);
  const client = useQueryClient();
  const query = useQuery(myProfile);
  if (query.isError)
    return (
      <ProblemAlert
        title={t('profile.loadFailed')}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  if (!query.data)
    return <Skeleton height={180} radius="md" role="status" aria-label={t('kernel:loading')} />;
  const { hasPassword, passwordChangedAt } = query.data;
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="password-title">
      <Title order={3} size="h4" id="password-title">
        {t('security.password')}
      </Title>
      <Text c="dimmed" mb="md">
        {hasPassword ? t('security.passwordLead') : t('security.noPassword')}{' '}
        {passwordChangedAt && t('security.changedAt', { moment: formatMoment(passwordChangedAt) })}
      </Text>
      <ChangePassword
        hasPassword={hasPassword}
        submit={hasPassword ? t('security.change') : t('security.set')}
        onDone={() => {
          void client.invalidateQueries({ queryKey: myProfile.queryKey });
          said(t('security.changed'));
        }}
      />
    </Paper>
  );
}

function AddressSection({ kind }: { kind: 'email' | 'phone' }) {
  const { t } = useTranslation('accounts');
  const me = useMe();
  const current = me[kind];
  const verified = kind === 'email' ? me.emailVerified : me.phoneVerified;
  const [value, setValue] = useState('');
  const [code, setCode] = useState('');
  const [checked, setChecked] = useState(false);
  const fieldErrors = useFieldErrors();
  const { withStepUp, stepUpDialog } = useStepUp();
  const sending = useMutation({
    mutationFn: () =>
      withStepUp(() =>
        kind === 'email'
          ? api.call(accountRoutes.changeEmail, { body: { email: value } })
          : api.call(accountRoutes.changePhone, { body: { phone: value } }),
      ),
  });
  const taking = useMutation({
    mutationFn: () =>
      api.call(kind === 'email' ? accountRoutes.confirmEmail : accountRoutes.confirmPhone, {
        body: { code },
      }),
    onSuccess: (user) => {
      setMe(user);
      start();
      said(t('security.taken'));
    },
    onError: () => setCode(''),
  });
  function start(): void {
    setValue('');
    setCode('');
    setChecked(false);
    sending.reset();
    taking.reset();
  }
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (value.trim()) sending.mutate();
  };
  const take = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (code.length === 6) taking.mutate();
  };
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby={`${kind}-title`}>
      <Title order={3} size="h4" id={`${kind}-title`}>
        {t(`security.${kind}`)}
      </Title>
      <Group gap="xs" mb="md">
        <Text
          c={current ? undefined : 'dimmed'}
          style={{ overflowWrap: 'anywhere' }}
          data-testid={`my-${kind}`}
        >
          {current ?? t('security.none')}
        </Text>
        {current && (
          <Badge variant="light" color={verified ? 'board' : 'gray'}>
            {verified ? t('security.confirmed') : t('security.unconfirmed')}
          </Badge>
        )}
      </Group>
      {kind === 'phone' && (
        <Text size="sm" c="dimmed" mb="md" data-testid="phone-risk">
          {t('security.phoneRisk')}
        </Text>
      )}
      {sending.isSuccess ? (
        <form onSubmit={take} noValidate>
          <Stack>
            <Text role="status">{t('security.sent', { address: value })}</Text>
            <Problem error={taking.error} fields={['code']} />
            <CodeField value={code} onChange={setCode} error={fieldErrors(taking.error)['code']} />
            <Group>
              <Button
                type="submit"
                loading={taking.isPending}
                disabled={code.length < 6}
                data-testid={`take-${kind}`}
              >
                {t('security.take')}
              </Button>
              <Button variant="default" onClick={start}>
                {t('security.cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <form onSubmit={send} noValidate>
          <Stack>
            <Problem error={sending.error} fields={[kind]} />
            <TextInput
              label={t(kind === 'email' ? 'security.newEmail' : 'security.newPhone')}
              description={kind === 'phone' ? t('phoneHint') : undefined}
              type={kind === 'email' ? 'email' : 'tel'}
              autoComplete={kind === 'email' ? 'email' : 'tel'}
              maxLength={254}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              error={checked && !value.trim() ? t('missing') : fieldErrors(sending.error)[kind]}
              data-testid={`new-${kind}`}
            />
            <Group>
              <Button
                type="submit"
                variant="default"
                loading={sending.isPending}
                data-testid={`send-${kind}`}
              >
                {t('security.send')}
              </Button>
            </Group>
            {stepUpDialog}
          </Stack>
        </form>
      )}
    </Paper>
  );
}
