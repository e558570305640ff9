import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconDeviceMobileMessage, IconMail, IconPassword } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SignInMethodsView } from '../../../shared/identity/sign-in-methods.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { LinkedSection } from './linked-section.tsx';
import { MethodRow } from './method-row.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { mySignInMethods } from './queries.ts';
import classes from './sign-in-methods.module.css';

/** `/account/ways-to-sign-in` */
export function WaysPage() {
  const { t } = useTranslation(['signInMethods', 'kernel']);
  const query = useQuery(mySignInMethods);
  usePageTitle(t('title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('lead')}</Text>
      </div>
      {query.data ? (
        <Ways methods={query.data} />
      ) : query.isError ? (
        <ProblemAlert title={t('failed')} error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
    </Stack>
  );
}

type Destination = SignInMethodsView['email'];

/** What is to be said about a code that is sent somewhere. */
function useDestinationText(): (kind: 'email' | 'phone', to: Destination) => string {
  const { t } = useTranslation('signInMethods');
  return (kind, { value, verified, usable }) => {
    if (value === null) return t(`${kind}.none`);
    if (!verified) return t(`${kind}.unverified`, { value });
    return usable ? value : t(`${kind}.unavailable`, { value });
  };
}

function Ways({ methods }: { methods: SignInMethodsView }) {
  const { t } = useTranslation('signInMethods');
  const destinationText = useDestinationText();
  const { password, email, phone, passkeys, linked, available } = methods;
  const passwordDetail = password.changedAt
    ? t('password.changed', { moment: formatMoment(password.changedAt) })
    : t('password.set');
  return (
    <>
      <Paper withBorder px="lg" py="xs" radius="md">
        <ul className={classes.list}>
          <MethodRow
            testId="method-password"
            icon={<IconPassword size={24} aria-hidden />}
            title={t('password.title')}
            detail={password.set ? passwordDetail : t('password.none')}
          />
          <MethodRow
            testId="method-email"
            icon={<IconMail size={24} aria-hidden />}
            title={t('email.title')}
            detail={destinationText('email', email)}
          />
          <MethodRow
            testId="method-phone"
            icon={<IconDeviceMobileMessage size={24} aria-hidden />}
            title={t('phone.title')}
            detail={destinationText('phone', phone)}
          />
        </ul>
      </Paper>
      <PasskeysSection passkeys={passkeys} />
      <LinkedSection linked={linked} available={available} />
    </>
  );
}
