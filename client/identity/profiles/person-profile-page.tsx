import { Button, Group, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import { ApiError } from '../../kernel/api.ts';
import { PageShell } from '../../kernel/ui/page-shell.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { About } from './about.tsx';
import { Confidential } from './confidential.tsx';
import { FollowList } from './follow-list.tsx';
import { ProfileHeader } from './profile-header.tsx';
import { onePersonProfile } from './queries.ts';

/** `/people/:userId`, `/people/:userId/followers` and `/people/:userId/following` */
export function PersonProfilePage() {
  const { userId = '' } = useParams();
  return (
    <PageShell>
      <Loader key={userId} userId={userId} />
    </PageShell>
  );
}

function Loader({ userId }: { userId: string }) {
  const { t } = useTranslation(['profiles', 'kernel']);
  const query = useQuery(onePersonProfile(userId));
  const missing = query.error instanceof ApiError && query.error.code === 'not_found';
  usePageTitle(missing ? t('nobody.title') : query.data?.displayName);
  if (missing) return <Nobody />;
  if (query.data) return <Profile profile={query.data} />;
  if (query.isError)
    return <ProblemAlert title={t('failed')} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap="lg" role="status" aria-label={t('kernel:loading')}>
      <Group>
        <Skeleton height={88} circle />
        <Skeleton height={32} width={240} />
      </Group>
      <Skeleton height={220} radius="md" />
    </Stack>
  );
}

function Nobody() {
  const { t } = useTranslation('profiles');
  return (
    <Stack gap="md" maw={560} align="flex-start" py={{ base: 'md', sm: 'xl' }} data-testid="profile-nobody">
      <Title order={1}>{t('nobody.title')}</Title>
      <Text size="lg" c="dimmed">
        {t('nobody.text')}
      </Text>
      <Button component={Link} to="/">
        {t('nobody.action')}
      </Button>
    </Stack>
  );
}

const tabs = ['about', 'followers', 'following'] as const;

function Profile({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation(['profiles', 'accounts']);
  const navigate = useNavigate();
  const { tab: wanted } = useParams();
  const tab = tabs.find((one) => one === wanted) ?? 'about';
  const open = (next: string | null): void =>
    void navigate(next === 'about' ? `/people/${profile.id}` : `/people/${profile.id}/${next}`, {
      replace: true,
    });
  return (
    <Stack gap="lg" maw={860} mx="auto">
      <ProfileHeader profile={profile} />
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List aria-label={t('tabs.label', { name: profile.displayName })} mb="lg">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one} data-testid={`tab-${one}`}>
              {t(`tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="about">
          <Stack gap="lg">
            <About profile={profile} />
            <Confidential profile={profile} />
            {profile.isSelf && (
              <Text size="sm" c="dimmed">
                {t('shownTo', { who: t(`accounts:profile.visibilities.${profile.visibility}`) })}
              </Text>
            )}
          </Stack>
        </Tabs.Panel>
        {(['followers', 'following'] as const).map((direction) => (
          <Tabs.Panel key={direction} value={direction}>
            <FollowList profile={profile} direction={direction} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
