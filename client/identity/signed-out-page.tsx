import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatDate, formatTime } from '../kernel/i18n/format.ts';
import type { SignedOutReason } from '../kernel/sign-in-state.ts';
import { MessagePage } from '../kernel/ui/message-page.tsx';
import { useSignInFor } from './next.ts';

interface SignedOutPageProps {
  reason: Exclude<SignedOutReason, 'none'>;
  /** The end of a suspension. */
  until: string | null;
}

/** The sign-in ended without a wish of this page: say why before asking for a password. */
export function SignedOutPage({ reason, until }: SignedOutPageProps) {
  const { t } = useTranslation('identity');
  const signIn = useSignInFor();
  const text = until
    ? t('ended.account_suspended_until', { day: formatDate(until), time: formatTime(until) })
    : t(`ended.${reason}`);
  return (
    <MessagePage title={t('ended.title')} text={text}>
      <Button component={Link} to={signIn} data-testid="sign-in-again">
        {t('signIn.title')}
      </Button>
    </MessagePage>
  );
}
