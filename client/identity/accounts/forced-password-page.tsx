import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { signOut } from '../../kernel/sign-out.ts';
import { setMe } from '../../kernel/sign-in-state.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ChangePassword } from './change-password.tsx';
import { PublicPage } from './public-page.tsx';

/** In place of every page, until a password that was given by somebody else is changed. */
export function ForcedPasswordPage() {
  const { t } = useTranslation('accounts');
  const me = useMe();
  return (
    <PublicPage title={t('forced.title')} lead={t('forced.lead')} footer={<span />}>
      <ChangePassword
        hasPassword
        submit={t('forced.submit')}
        onDone={() => setMe({ ...me, mustChangePassword: false })}
      >
        <Button variant="subtle" onClick={() => void signOut()} data-testid="forced-sign-out">
          {t('forced.signOut')}
        </Button>
      </ChangePassword>
    </PublicPage>
  );
}
