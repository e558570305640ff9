import { Button, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/identity/sessions.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { DeviceRow } from './device-row.tsx';
import classes from './sessions.module.css';

interface DeviceListProps<T extends DeviceView> {
  query: {
    data: { pages: { items: T[] }[] } | undefined;
    isError: boolean;
    error: unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  empty: string;
  ownerOf?: (device: T) => string;
  /** Which of them can be signed out here, and what that does. */
  mayEnd: (device: T) => boolean;
  onEnd: (device: T) => void;
}

/** A list of devices that is read page by page. */
export function DeviceList<T extends DeviceView>({
  query,
  empty,
  ownerOf,
  mayEnd,
  onEnd,
}: DeviceListProps<T>) {
  const { t } = useTranslation(['sessions', 'kernel']);
  if (!query.data && query.isError)
    return <ProblemAlert title={t('failed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data)
    return <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />;
  const items = query.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      {items.length === 0 ? (
        <Text c="dimmed">{empty}</Text>
      ) : (
        <Paper withBorder px="lg" py="xs" radius="md">
          <ul className={classes.list}>
            {items.map((device) => (
              <DeviceRow
                key={device.id}
                device={device}
                owner={ownerOf?.(device)}
                onEnd={mayEnd(device) ? () => onEnd(device) : undefined}
              />
            ))}
          </ul>
        </Paper>
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          style={{ alignSelf: 'center' }}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('kernel:loadMore')}
        </Button>
      )}
    </Stack>
  );
}
