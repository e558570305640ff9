import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';

interface QueryStateProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What was loaded, even if looking again failed; else the failure; else that it is on its way. */
export function QueryState<T>({ query, children }: QueryStateProps<T>) {
  const { t } = useTranslation(['courses', 'kernel']);
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError)
    return <ProblemAlert title={t('home.failed')} error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={96} radius="md" role="status" aria-label={t('kernel:loading')} />;
}
