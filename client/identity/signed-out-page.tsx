import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import type { SignedOutReason } from '../kernel/sign-in-state.ts';
import { MessagePage } from '../kernel/ui/message-page.tsx';

/** The sign-in ended without a wish of this page: say why before asking for a password. */
export function SignedOutPage({ reason }: { reason: Exclude<SignedOutReason, 'none'> }) {
  const { t } = useTranslation('identity');
  const { pathname } = useLocation();
  return (
    <MessagePage title={t('ended.title')} text={t(`ended.${reason}`)}>
      <Button
        component={Link}
        to={`/sign-in?next=${encodeURIComponent(pathname)}`}
        data-testid="sign-in-again"
      >
        {t('signIn.title')}
      </Button>
    </MessagePage>
  );
}
