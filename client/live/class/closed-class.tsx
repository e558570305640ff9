import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { MessagePage } from '../../kernel/ui/message-page.tsx';

interface ClosedClassProps {
  code: string;
  onAgain: () => void;
}

const signedOut = new Set([
  'session_revoked',
  'session_superseded',
  'unauthenticated',
  'account_inactive',
  'account_suspended',
]);

/** Out of a class that goes on: left, removed, full, or signed out. */
export function ClosedClass({ code, onAgain }: ClosedClassProps) {
  const { t } = useTranslation('live');
  const errorText = useErrorText();
  if (signedOut.has(code)) {
    return (
      <MessagePage title={t('closed.signedOut')} text={t('closed.signedOutText')}>
        <Button component={Link} to={`/sign-in?next=${encodeURIComponent(window.location.pathname)}`}>
          {t('closed.signIn')}
        </Button>
      </MessagePage>
    );
  }
  const left = code === 'left';
  return (
    <MessagePage
      title={t(left ? 'ended.left' : 'closed.title')}
      text={left ? t('ended.leftText') : errorText(code)}
    >
      <Button onClick={onAgain} data-testid="join-again">
        {t('closed.again')}
      </Button>
      <Button component={Link} to="/" variant="default">
        {t('closed.home')}
      </Button>
    </MessagePage>
  );
}
