import { Button, Divider, Stack } from '@mantine/core';
import { WebAuthnAbortService, browserSupportsWebAuthnAutofill } from '@simplewebauthn/browser';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { passkeyChallengeMs } from '../../../shared/identity/passkeys.ts';
import { localPath, oidcRoutes } from '../../../shared/identity/oidc.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { finishSignIn } from '../finish-sign-in.ts';
import { passkeyObstacle } from './passkey-support.ts';
import { ProviderIcon } from './provider-icon.tsx';
import { oidcProviders, signInWithPasskey } from './queries.ts';
import { useProblemText } from './use-problem-text.ts';

/** The other ways to sign in (passkey, OpenID Connect), below the form. Nothing where there are none. */
export function OtherWays({ rememberMe = false }: { rememberMe?: boolean }) {
  const { t } = useTranslation('signInMethods');
  const problemText = useProblemText();
  const [search] = useSearchParams();
  const next = localPath.safeParse(search.get('next')).data ?? null;
  const { data } = useQuery(oidcProviders);
  const providers = data?.items ?? [];
  const withPasskey = passkeyObstacle() === null;

  const passkey = useMutation({
    mutationFn: () => signInWithPasskey({ autofill: false, rememberMe }),
    onSuccess: finishSignIn,
  });
  usePasskeyAutofill({ enabled: withPasskey && !passkey.isPending, rememberMe });

  const provider = useMutation({
    mutationFn: (providerId: string) =>
      api.call(oidcRoutes.start, { params: { providerId }, body: { rememberMe, next } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  // The page is about to be left: the button goes on turning until it is.
  const leaving = provider.isPending || provider.isSuccess ? provider.variables : null;

  if (!withPasskey && providers.length === 0) return null;
  return (
    <Stack gap="sm" mt="lg" data-testid="other-ways">
      <Divider label={t('other.or')} />
      {passkey.isError && (
        <ProblemAlert title={t('other.failed')} error={passkey.error} text={problemText(passkey.error)} />
      )}
      {provider.isError && <ProblemAlert title={t('other.failed')} error={provider.error} />}
      {withPasskey && (
        <Button
          variant="default"
          size="md"
          leftSection={<IconFingerprint size={20} aria-hidden />}
          loading={passkey.isPending}
          onClick={() => passkey.mutate()}
          data-testid="sign-in-passkey"
        >
          {t('other.passkey')}
        </Button>
      )}
      {providers.map(({ id, name, type }) => (
        <Button
          key={id}
          variant="default"
          size="md"
          leftSection={<ProviderIcon type={type} />}
          loading={leaving === id}
          onClick={() => provider.mutate(id)}
          data-testid={`sign-in-with-${id}`}
        >
          {t('other.provider', { name })}
        </Button>
      ))}
    </Stack>
  );
}

/** A challenge is replaced before it ends, since a sign-in page may stay open for hours. */
const renewMs = passkeyChallengeMs - 60_000;

/**
 * Offers passkeys in the list that the browser opens below the e-mail field. It waits in the background: what goes wrong
 * there is not shown, since nobody has asked for it; the button remains. A click on the button ends the waiting.
 */
function usePasskeyAutofill({ enabled, rememberMe }: { enabled: boolean; rememberMe: boolean }): void {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!enabled) return undefined;
    const over = new AbortController();
    const wait = async (): Promise<void> => {
      if (!(await browserSupportsWebAuthnAutofill()) || over.signal.aborted) return;
      const reply = await signInWithPasskey({ autofill: true, rememberMe, signal: over.signal });
      if (!over.signal.aborted) finishSignIn(reply);
    };
    wait().catch(() => undefined);
    const timer = setTimeout(() => setRound((before) => before + 1), renewMs);
    return () => {
      over.abort();
      clearTimeout(timer);
      WebAuthnAbortService.cancelCeremony();
    };
  }, [enabled, rememberMe, round]);
}
