import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { membershipRoutes } from '../../../shared/identity/organizations.ts';
import type { MyMembershipView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { formatDay } from '../../kernel/i18n/format.ts';
import { refreshMe, switchOrganization } from '../../kernel/switch-organization.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { Loaded } from './loaded.tsx';
import { myMemberships } from './queries.ts';

/** `/account/organizations` */
export function MembershipsPage() {
  const { t } = useTranslation('organizations');
  const query = useQuery(myMemberships);
  usePageTitle(t('mine.title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('mine.title')}</Title>
        <Text c="dimmed">{t('mine.lead')}</Text>
      </div>
      <Loaded query={query}>{({ items }) => <Memberships items={items} />}</Loaded>
    </Stack>
  );
}

function Memberships({ items }: { items: MyMembershipView[] }) {
  const { t } = useTranslation('organizations');
  const now = items.filter(({ leftAt }) => leftAt === null);
  const earlier = items.filter(({ leftAt }) => leftAt !== null);
  return (
    <>
      {now.length === 0 && <Text>{t('mine.empty')}</Text>}
      {now.map((one) => (
        <Membership key={one.membershipId} membership={one} />
      ))}
      {earlier.length > 0 && (
        <Stack component="section" gap="xs" aria-labelledby="earlier">
          <Title order={3} size="h4" id="earlier">
            {t('mine.earlier')}
          </Title>
          {earlier.map(({ membershipId, organization, role, joinedAt, leftAt }) => (
            <Text key={membershipId} c="dimmed" data-testid="earlier-membership">
              {[
                organization.name,
                t(`membership.${role}`),
                t('mine.period', { from: formatDay(joinedAt), to: formatDay(leftAt ?? joinedAt) }),
              ].join(' · ')}
            </Text>
          ))}
        </Stack>
      )}
    </>
  );
}

function Membership({ membership }: { membership: MyMembershipView }) {
  const { t } = useTranslation('organizations');
  const me = useMe();
  const client = useQueryClient();
  const [leaving, leaveDialog] = useDisclosure(false);
  const { membershipId, organization, role, title, status, isPrimary, joinedAt } = membership;
  const { name } = organization;
  const params = { membershipId };
  const usable = status === 'active' && !organization.suspended;
  const switching = useMutation({ mutationFn: () => switchOrganization(organization.id) });
  const primary = useMutation({
    mutationFn: () => api.call(membershipRoutes.makePrimary, { params }),
    onSuccess: (mine) => {
      client.setQueryData(myMemberships.queryKey, mine);
      notifications.show({ message: t('mine.madePrimary', { name }) });
    },
  });
  const leave = async (): Promise<void> => {
    await api.call(membershipRoutes.leave, { params });
    await refreshMe();
    await client.invalidateQueries({ queryKey: myMemberships.queryKey });
  };
  const problem = switching.error ?? primary.error;
  return (
    <Paper withBorder p="lg" radius="md" data-testid="membership">
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Text fw={650}>{name}</Text>
            {isPrimary && <Badge variant="light">{t('mine.primary')}</Badge>}
            {organization.suspended && (
              <Badge color="orange" variant="light">
                {t('mine.suspended')}
              </Badge>
            )}
            {status !== 'active' && (
              <Badge color="gray" variant="light">
                {t(`standing.${status}`)}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {[t(`membership.${role}`), title, t('mine.since', { day: formatDay(joinedAt) })]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
        {me.organizationId === organization.id && (
          <Text size="sm" data-testid="works-here">
            {t('mine.working')}
          </Text>
        )}
      </Group>
      {problem && (
        <ProblemAlert title={primary.error ? t('mine.primaryFailed') : t('failed')} error={problem} />
      )}
      <Group gap="xs" mt="sm">
        {usable && me.organizationId !== organization.id && (
          <Button
            size="xs"
            loading={switching.isPending}
            onClick={() => switching.mutate()}
            data-testid="switch-here"
          >
            {t('mine.switch')}
          </Button>
        )}
        {usable && !isPrimary && (
          <Button
            size="xs"
            variant="default"
            loading={primary.isPending}
            onClick={() => primary.mutate()}
            data-testid="make-primary"
          >
            {t('mine.makePrimary')}
          </Button>
        )}
        <Button size="xs" variant="subtle" color="red" onClick={leaveDialog.open} data-testid="leave">
          {t('mine.leave')}
        </Button>
      </Group>
      <ConfirmDialog
        title={t('mine.leaveTitle', { name })}
        text={t('mine.leaveText')}
        submit={t('mine.leave')}
        done={t('mine.left', { name })}
        failed={t('mine.leaveFailed')}
        opened={leaving}
        onClose={leaveDialog.close}
        act={leave}
      />
    </Paper>
  );
}
