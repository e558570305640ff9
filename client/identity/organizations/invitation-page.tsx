import { Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { invitationRoutes } from '../../../shared/identity/invitations.ts';
import type { InvitationArrival, InvitationPreview } from '../../../shared/identity/invitations.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { signOut } from '../../kernel/sign-out.ts';
import { switchOrganization } from '../../kernel/switch-organization.ts';
import { LoadingPage } from '../../kernel/ui/loading-page.tsx';
import { Logo } from '../../kernel/ui/logo.tsx';
import { MessagePage } from '../../kernel/ui/message-page.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useSignIn } from '../../kernel/use-sign-in.ts';
import { useFieldErrors } from '../accounts/errors.ts';
import { finishSignIn } from '../finish-sign-in.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { arrivalOf, previewOf } from './queries.ts';

/** `/invitation?token=…`: where the link in the mail leads. */
export function InvitationPage() {
  const { t } = useTranslation('organizations');
  const [search] = useSearchParams();
  const token = search.get('token') ?? '';
  const state = useSignIn();
  const preview = useQuery({ ...previewOf(token), enabled: token !== '' });
  const [declined, setDeclined] = useState(false);
  usePageTitle(t('answer.title'));
  if (declined)
    return (
      <MessagePage
        title={t('answer.declined')}
        text={t('answer.declinedText', { place: preview.data ? placeOf(preview.data) : '' })}
      />
    );
  if (token === '') return <Invalid />;
  if (isRefusal(preview.error)) return <UsedUp token={token} />;
  if (codeOf(preview.error) === 'course_closed') return <Closed what="closed" />;
  if (codeOf(preview.error) === 'class_over') return <Closed what="over" />;
  if (preview.isError) return <Failed query={preview} />;
  if (!preview.data || state.status === 'starting') return <LoadingPage text={t('answer.loading')} />;
  return (
    <Page>
      <Answer token={token} invitation={preview.data} onDeclined={() => setDeclined(true)} />
    </Page>
  );
}

/** What one is invited to, by its name. */
const placeOf = ({ organization, course, liveSession }: InvitationPreview): string =>
  liveSession?.title ?? course?.title ?? organization.name;

/** The page of what an invitation leads to. */
function pathOf({ courseId, sessionId }: Pick<InvitationArrival, 'courseId' | 'sessionId'>): string {
  if (sessionId) return `/classes/${sessionId}`;
  return courseId ? `/courses/${courseId}` : '/';
}

const signInFor = (token: string): string =>
  `/sign-in?next=${encodeURIComponent(`/invitation?token=${token}`)}`;

const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'invitation_invalid' || error.code === 'invalid_input');

/** A link that holds no more, except for whoever has accepted with it and may not have been told so. */
function UsedUp({ token }: { token: string }) {
  const { t } = useTranslation('organizations');
  const state = useSignIn();
  const userId = state.status === 'signed-in' ? state.user.id : null;
  const arrival = useQuery({ ...arrivalOf(userId ?? '', token), enabled: userId !== null });
  if (state.status === 'starting' || arrival.isLoading) return <LoadingPage text={t('answer.loading')} />;
  if (arrival.data) return <Accepted {...arrival.data} />;
  if (arrival.isError && !isRefusal(arrival.error)) return <Failed query={arrival} />;
  return <Invalid signIn={userId === null ? signInFor(token) : null} />;
}

function Failed({ query }: { query: Pick<UseQueryResult, 'error' | 'refetch'> }) {
  const { t } = useTranslation('organizations');
  return (
    <Page>
      <ProblemAlert title={t('answer.failed')} error={query.error} onRetry={() => void query.refetch()} />
    </Page>
  );
}

/** `signIn`: where somebody signs in who has an account by the invitation. */
function Invalid({ signIn = null }: { signIn?: string | null }) {
  const { t } = useTranslation('organizations');
  return (
    <MessagePage
      title={t('answer.invalidTitle')}
      text={signIn ? t('answer.invalidOrUsed') : t('answer.invalidText')}
    >
      {signIn && (
        <Button component={Link} to={signIn} data-testid="invitation-used-sign-in">
          {t('answer.signInOnly')}
        </Button>
      )}
      <Button component={Link} to="/" variant="default" data-testid="invitation-invalid">
        {t('answer.home')}
      </Button>
    </MessagePage>
  );
}

function Accepted({ organizationId, courseId, sessionId }: InvitationArrival) {
  const { t } = useTranslation('organizations');
  const navigate = useNavigate();
  const going = useMutation({
    mutationFn: () => switchOrganization(organizationId),
    onSuccess: () => navigate(pathOf({ courseId, sessionId })),
  });
  return (
    <MessagePage title={t('answer.acceptedTitle')} text={t('answer.acceptedText')}>
      {going.isError && <ProblemAlert title={t('answer.failed')} error={going.error} />}
      <Button loading={going.isPending} onClick={() => going.mutate()} data-testid="invitation-go">
        {sessionId ? t('answer.toClass') : courseId ? t('answer.toCourse') : t('answer.home')}
      </Button>
    </MessagePage>
  );
}

/** What it leads to takes nobody in any more: a course, or a class. */
function Closed({ what }: { what: 'closed' | 'over' }) {
  const { t } = useTranslation('organizations');
  return (
    <MessagePage title={t(`answer.${what}Title`)} text={t(`answer.${what}Text`)}>
      <Button component={Link} to="/" variant="default" data-testid="invitation-closed">
        {t('answer.home')}
      </Button>
    </MessagePage>
  );
}

function Page({ children }: { children: ReactNode }) {
  const { t } = useTranslation('kernel');
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={440} gap="lg">
        <Group gap="sm">
          <Logo size={36} />
          <Text fw={650} size="xl">
            {t('productName')}
          </Text>
        </Group>
        <Paper withBorder p={{ base: 'lg', sm: 'xl' }} radius="lg">
          {children}
        </Paper>
      </Stack>
    </Center>
  );
}

interface AnswerProps {
  token: string;
  invitation: InvitationPreview;
}

function Answer({ token, invitation, onDeclined }: AnswerProps & { onDeclined: () => void }) {
  const { t } = useTranslation('organizations');
  const [declining, declineDialog] = useDisclosure(false);
  const { message, expiresAt } = invitation;
  return (
    <Stack>
      <div>
        <Title order={1} size="h2" data-testid="invitation-heading">
          {t('answer.heading', { place: placeOf(invitation) })}
        </Title>
        <Text c="dimmed">
          <ByWhom invitation={invitation} />
        </Text>
      </div>
      {message && <Text style={{ whiteSpace: 'pre-line' }}>{message}</Text>}
      <HowToAccept token={token} invitation={invitation} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('answer.until', { moment: formatMoment(expiresAt) })}
        </Text>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          onClick={declineDialog.open}
          data-testid="invitation-decline"
        >
          {t('answer.decline')}
        </Button>
      </Group>
      <ConfirmDialog
        title={t('answer.declineTitle')}
        text={t('answer.declineText')}
        submit={t('answer.decline')}
        done={t('answer.declined')}
        failed={t('answer.failed')}
        opened={declining}
        onClose={declineDialog.close}
        act={() => api.call(invitationRoutes.decline, { body: { token } })}
        onDone={onDeclined}
      />
    </Stack>
  );
}

/** Who invites, and to what: learners of a course and guests of a class are nothing else. */
function ByWhom({ invitation }: Pick<AnswerProps, 'invitation'>) {
  const { t } = useTranslation('organizations');
  const { course, liveSession, invitedBy: name, grantRole } = invitation;
  const organization = invitation.organization.name;
  if (liveSession) {
    const who = name
      ? t('answer.classBy', { name, organization })
      : t('answer.classByNobody', { organization });
    const { scheduledAt: at } = liveSession;
    return at ? `${who} ${t('answer.classAt', { moment: formatMoment(at) })}` : who;
  }
  if (course)
    return name ? t('answer.courseBy', { name, organization }) : t('answer.courseByNobody', { organization });
  const role = t(`role.${grantRole}`);
  return name ? t('answer.by', { name, role }) : t('answer.byNobody', { role });
}

/** With the account that is signed in, with another one, or with a new one. */
function HowToAccept({ token, invitation }: AnswerProps) {
  const { t } = useTranslation('organizations');
  const state = useSignIn();
  const { email, hasAccount } = invitation;
  if (state.status === 'signed-in') {
    if (state.user.email === email) return <Accept token={token} invitation={invitation} />;
    return (
      <>
        <Text>{t('answer.otherAccount', { email })}</Text>
        <Button variant="default" onClick={() => void signOut()} data-testid="invitation-sign-out">
          {t('answer.signOut')}
        </Button>
      </>
    );
  }
  if (!hasAccount) return <Register token={token} invitation={invitation} />;
  return (
    <>
      <Text>{t('answer.hasAccount', { email })}</Text>
      <Button component={Link} to={signInFor(token)} data-testid="invitation-sign-in">
        {t('answer.signIn')}
      </Button>
    </>
  );
}

function useWelcome(invitation: InvitationPreview): () => Promise<void> {
  const { t } = useTranslation('organizations');
  const navigate = useNavigate();
  return async () => {
    notifications.show({ message: t('answer.welcome', { place: placeOf(invitation) }) });
    const { course, liveSession } = invitation;
    await navigate(pathOf({ courseId: course?.id ?? null, sessionId: liveSession?.id ?? null }));
  };
}

function Accept({ token, invitation }: AnswerProps) {
  const { t } = useTranslation('organizations');
  const welcome = useWelcome(invitation);
  const accepting = useMutation({
    mutationFn: async () => {
      const { organizationId } = await api.call(invitationRoutes.accept, { body: { token } });
      await switchOrganization(organizationId);
    },
    onSuccess: welcome,
  });
  return (
    <>
      {accepting.isError && <ProblemAlert title={t('answer.failed')} error={accepting.error} />}
      {codeOf(accepting.error) === 'already_enrolled' ? (
        <Button component={Link} to={`/courses/${invitation.course?.id}`} data-testid="invitation-to-course">
          {t('answer.toCourse')}
        </Button>
      ) : (
        <Button
          size="md"
          loading={accepting.isPending}
          onClick={() => accepting.mutate()}
          data-testid="invitation-accept"
        >
          {t('answer.accept')}
        </Button>
      )}
    </>
  );
}

/** A name and a password. What was typed stays after an error. */
function Register({ token, invitation }: AnswerProps) {
  const { t } = useTranslation('organizations');
  const welcome = useWelcome(invitation);
  const client = useQueryClient();
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const registering = useMutation({
    mutationFn: () => api.call(invitationRoutes.register, { body: { token, displayName, password } }),
    onSuccess: async (reply) => {
      finishSignIn(reply);
      await welcome();
    },
    // The account may be made and the answer lost: the page then says what to do.
    onError: (error) => {
      if (codeOf(error) === 'invitation_invalid')
        return client.invalidateQueries({ queryKey: previewOf(token).queryKey });
    },
  });
  const refused = useFieldErrors()(registering.error);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (displayName.trim() && password) registering.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{t('answer.newAccount')}</Text>
        {registering.isError && <ProblemAlert title={t('answer.failed')} error={registering.error} />}
        <TextInput
          label={t('answer.email')}
          type="email"
          name="email"
          autoComplete="username"
          value={invitation.email}
          readOnly
        />
        <TextInput
          label={t('answer.displayName')}
          name="name"
          autoComplete="name"
          maxLength={200}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
          error={refused['displayName'] ?? (checked && !displayName.trim() ? t('answer.needName') : null)}
          data-testid="invitation-name"
        />
        <PasswordInput
          label={t('answer.password')}
          description={t('answer.passwordHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          name="new-password"
          autoComplete="new-password"
          maxLength={1024}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refused['password'] ?? (checked && !password ? t('answer.needPassword') : null)}
          visibilityToggleButtonProps={{ 'aria-label': t('answer.showPassword'), tabIndex: 0 }}
          data-testid="invitation-password"
        />
        <Button type="submit" size="md" loading={registering.isPending} data-testid="invitation-register">
          {t('answer.create')}
        </Button>
      </Stack>
    </form>
  );
}
