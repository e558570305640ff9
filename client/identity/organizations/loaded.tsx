import { Skeleton, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What was loaded; else the failure; else that it is on its way. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { t } = useTranslation(['organizations', 'kernel']);
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError)
    return <ProblemAlert title={t('loadFailed')} error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />;
}

/** Shows what needs an organization to people who work in one; anew for each. */
export function WorkedIn({ children }: { children: (organizationId: string) => ReactNode }) {
  const { t } = useTranslation('organizations');
  const { organizationId } = useMe();
  return organizationId === null ? <Text>{t('none')}</Text> : children(organizationId);
}
