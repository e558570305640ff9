import { Anchor, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ChildView } from '../../../shared/identity/guardians.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { AttendanceList } from './attendance-list.tsx';
import { childToday, myChildren } from './queries.ts';

/** For the home page of a guardian: today's classes of their children. */
export function ChildrenToday() {
  const { t } = useTranslation(['guardians', 'kernel']);
  const query = useQuery(myChildren);
  return (
    <Stack component="section" gap="sm" aria-labelledby="children-today">
      <Title order={2} id="children-today">
        {t('home.title')}
      </Title>
      {query.data?.items.length === 0 && (
        <Text c="dimmed">
          {t('home.noChildren')}{' '}
          <Anchor component={Link} to="/account/family">
            {t('home.link')}
          </Anchor>
        </Text>
      )}
      {query.data?.items.map((link) => (
        <ChildCard key={link.id} link={link} />
      ))}
      {query.isPending && <Skeleton height={96} radius="md" role="status" aria-label={t('kernel:loading')} />}
      {query.isError && !query.data && (
        <ProblemAlert title={t('children.failed')} error={query.error} onRetry={() => void query.refetch()} />
      )}
    </Stack>
  );
}

function ChildCard({ link }: { link: ChildView }) {
  const { t } = useTranslation(['guardians', 'kernel']);
  const { id, displayName } = link.child;
  const today = useQuery(childToday(id));
  const items = today.data?.items.toReversed();
  return (
    <Paper withBorder p="lg" radius="md" data-testid="child-today">
      <Title order={3} size="h4" mb={4}>
        <Anchor component={Link} to={`/account/family/${id}`} inherit c="inherit">
          {displayName}
        </Anchor>
      </Title>
      {items?.length === 0 && <Text c="dimmed">{t('home.none')}</Text>}
      {items && items.length > 0 && <AttendanceList items={items} timeOnly />}
      {today.isPending && <Skeleton height={40} role="status" aria-label={t('kernel:loading')} />}
      {today.isError && !items && (
        <ProblemAlert title={t('child.failed')} error={today.error} onRetry={() => void today.refetch()} />
      )}
    </Paper>
  );
}
