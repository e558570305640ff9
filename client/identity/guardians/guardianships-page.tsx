import { Badge, Button, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import type { GuardianshipStatus, SchoolGuardianshipView } from '../../../shared/identity/guardians.ts';
import { api } from '../../kernel/api.ts';
import { formatDay } from '../../kernel/i18n/format.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { WorkedIn } from '../organizations/loaded.tsx';
import classes from './guardians.module.css';
import { PersonRow } from './person-row.tsx';
import { guardianshipsIn, useFamilyMutation, useFamilyRefresh } from './queries.ts';
import { useRelationshipText } from './relationship-text.ts';

const filters = ['pending', 'active', 'revoked', 'rejected', 'all'] as const;
type Filter = (typeof filters)[number];

const badge = {
  pending: 'blue',
  active: 'green',
  rejected: 'gray',
  revoked: 'gray',
} as const satisfies Record<GuardianshipStatus, string>;

/** `/admin/families`: requests and links of the school's students. */
export function GuardianshipsPage() {
  const { t } = useTranslation('guardians');
  const [filter, setFilter] = useState<Filter>('pending');
  usePageTitle(t('admin.title'));
  return (
    <Stack gap="lg">
      <div>
        <Title order={2}>{t('admin.title')}</Title>
        <Text c="dimmed">{t('admin.lead')}</Text>
      </div>
      <SegmentedControl
        aria-label={t('admin.filter')}
        value={filter}
        onChange={(value) => setFilter(value as Filter)}
        data={filters.map((value) => ({ value, label: t(`admin.filters.${value}`) }))}
        style={{ alignSelf: 'flex-start', maxWidth: '100%', overflowX: 'auto' }}
      />
      <WorkedIn>{(organizationId) => <Links organizationId={organizationId} filter={filter} />}</WorkedIn>
    </Stack>
  );
}

function Links({ organizationId, filter }: { organizationId: string; filter: Filter }) {
  const { t } = useTranslation('guardians');
  const query = useInfiniteQuery(guardianshipsIn(organizationId, filter === 'all' ? null : filter));
  return (
    <PagedList
      query={query}
      failed={t('admin.failed')}
      empty={<Text>{filter === 'pending' ? t('admin.emptyPending') : t('admin.empty')}</Text>}
    >
      {(items) => (
        <Paper withBorder px="lg" py="xs" radius="md">
          <ul className={classes.list}>
            {items.map((one) => (
              <LinkRow key={one.id} organizationId={organizationId} link={one} />
            ))}
          </ul>
        </Paper>
      )}
    </PagedList>
  );
}

function LinkRow({ organizationId, link }: { organizationId: string; link: SchoolGuardianshipView }) {
  const { t } = useTranslation('guardians');
  const relationshipText = useRelationshipText();
  const refresh = useFamilyRefresh();
  const [asked, setAsked] = useState<'reject' | 'revoke' | null>(null);
  const params = { organizationId, guardianshipId: link.id };
  const approving = useFamilyMutation(() => api.call(guardianRoutes.approveFor, { params }));
  const names = { guardian: link.guardian.displayName, child: link.child.displayName };
  const of = t('admin.of', { relationship: relationshipText(link), name: names.child });
  return (
    <>
      <PersonRow
        testId="guardianship-row"
        person={link.guardian}
        detail={
          <>
            {of} ({link.child.code}) · {formatDay(link.revokedAt ?? link.approvedAt ?? link.requestedAt)}{' '}
            <Badge component="span" variant="light" tt="none" color={badge[link.status]}>
              {t(`admin.status.${link.status}`)}
            </Badge>
          </>
        }
        actions={
          <>
            {link.status === 'pending' && (
              <>
                <Button
                  size="xs"
                  aria-label={t('admin.approveNamed', names)}
                  loading={approving.isPending}
                  onClick={() =>
                    approving.mutate(undefined, {
                      onSuccess: () => notifications.show({ message: t('admin.approved', names) }),
                    })
                  }
                  data-testid="guardianship-approve"
                >
                  {t('admin.approve')}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('admin.rejectNamed', names)}
                  onClick={() => setAsked('reject')}
                  data-testid="guardianship-reject"
                >
                  {t('admin.reject')}
                </Button>
              </>
            )}
            {link.status === 'active' && (
              <Button
                size="xs"
                variant="subtle"
                color="red"
                aria-label={t('admin.revokeNamed', names)}
                onClick={() => setAsked('revoke')}
                data-testid="guardianship-revoke"
              >
                {t('admin.revoke')}
              </Button>
            )}
          </>
        }
      />
      {approving.isError && <ProblemAlert title={t('failed')} error={approving.error} />}
      <ConfirmDialog
        title={t('admin.rejectTitle')}
        text={t('admin.rejectText', names)}
        submit={t('admin.reject')}
        done={t('admin.rejected')}
        failed={t('failed')}
        opened={asked === 'reject'}
        onClose={() => setAsked(null)}
        act={() => api.call(guardianRoutes.rejectFor, { params })}
        onDone={refresh}
      />
      <ConfirmDialog
        title={t('admin.revokeTitle')}
        text={t('admin.revokeText', names)}
        submit={t('admin.revoke')}
        done={t('admin.revoked')}
        failed={t('failed')}
        opened={asked === 'revoke'}
        onClose={() => setAsked(null)}
        act={() => api.call(guardianRoutes.revokeFor, { params })}
        onDone={refresh}
      />
    </>
  );
}
