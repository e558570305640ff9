import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { LoadingPage } from '../kernel/ui/loading-page.tsx';
import { Logo } from '../kernel/ui/logo.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { useSignIn } from '../kernel/use-sign-in.ts';
import { RegisterLink, SignInLinks } from './accounts/sign-in-links.tsx';
import { safeNext } from './next.ts';
import { SignInWords } from './organizations/sign-in-words.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { OtherWays } from './sign-in-methods/other-ways.tsx';
import { useSecondFactorQuestion } from './two-factor/question.ts';
import { SecondFactorForm } from './two-factor/second-factor-form.tsx';

export function SignInPage() {
  const { t } = useTranslation(['identity', 'kernel']);
  const state = useSignIn();
  const [search] = useSearchParams();
  const [rememberMe, setRememberMe] = useState(false);
  const question = useSecondFactorQuestion();
  usePageTitle(t('signIn.title'));
  if (state.status === 'starting') {
    return (
      <LoadingPage text={state.unreachable ? t('kernel:starting.unreachable') : t('kernel:starting.title')} />
    );
  }
  if (state.status === 'signed-in') return <Navigate to={safeNext(search.get('next'))} replace />;
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={400} gap="lg">
        <Group gap="sm">
          <Logo size={36} />
          <Text fw={650} size="xl">
            {t('kernel:productName')}
          </Text>
        </Group>
        <SignInWords />
        <Paper withBorder p={{ base: 'lg', sm: 'xl' }} radius="lg">
          {question ? (
            <SecondFactorForm key={question.challengeId} question={question} />
          ) : (
            <>
              <Title order={1} size="h2">
                {t('signIn.title')}
              </Title>
              <Text c="dimmed" mb="lg">
                {t('signIn.lead')}
              </Text>
              <SignInForm rememberMe={rememberMe} onRememberMe={setRememberMe} />
              <SignInLinks />
              <OtherWays rememberMe={rememberMe} />
            </>
          )}
        </Paper>
        {!question && <RegisterLink />}
      </Stack>
    </Center>
  );
}
