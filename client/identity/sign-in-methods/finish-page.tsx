import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { oidcRoutes } from '../../../shared/identity/oidc.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { queryClient } from '../../kernel/query-client.ts';
import { LoadingPage } from '../../kernel/ui/loading-page.tsx';
import { MessagePage } from '../../kernel/ui/message-page.tsx';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { useSignIn } from '../../kernel/use-sign-in.ts';
import { finishSignIn } from '../finish-sign-in.ts';
import { mySignInMethods } from './queries.ts';

/** `/sign-in/oidc/:providerId`: where a provider sends the browser back to. */
export function FinishPage() {
  const { t } = useTranslation('signInMethods');
  const { providerId = '' } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const { status } = useSignIn();
  // A query, not a mutation: the answer is asked for once, however often this page is drawn.
  const { data, error } = useQuery({
    queryKey: ['oidc-finish', providerId, search],
    queryFn: () =>
      api.call(oidcRoutes.finish, { params: { providerId }, body: { query: search.slice(1) || '-' } }),
    // Whether somebody is signed in already is found out first: that answer must not arrive after this one.
    enabled: status !== 'starting',
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

  useEffect(() => {
    if (!data) return;
    const next = data.next ?? '/';
    if (data.linked) {
      notifications.show({ message: t('linked.done') });
      void queryClient.invalidateQueries({ queryKey: mySignInMethods.queryKey });
      void navigate(next, { replace: true });
      return;
    }
    if (data.signIn) finishSignIn(data.signIn);
    // The sign-in page knows what comes next: the second factor, or the page that was wanted.
    void navigate(`/sign-in?next=${encodeURIComponent(next)}`, { replace: true });
  }, [data, navigate, t]);

  if (!error) return <LoadingPage text={t('finish.working')} />;
  const lost = error instanceof ApiError && error.code === 'proof_invalid';
  const signedIn = status === 'signed-in';
  return (
    <MessagePage
      title={signedIn ? t('finish.linkFailed') : t('finish.failed')}
      text={lost ? t('finish.lost') : errorText(error)}
    >
      <Button
        component={Link}
        to={signedIn ? '/account/ways-to-sign-in' : '/sign-in'}
        replace
        data-testid="finish-back"
      >
        {signedIn ? t('finish.account') : t('finish.back')}
      </Button>
    </MessagePage>
  );
}
