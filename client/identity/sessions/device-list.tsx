import { Paper, Text } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/identity/sessions.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { DeviceRow } from './device-row.tsx';
import classes from './sessions.module.css';

interface DeviceListProps<T extends DeviceView> {
  query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
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
  const { t } = useTranslation('sessions');
  return (
    <PagedList query={query} failed={t('failed')} empty={<Text c="dimmed">{empty}</Text>}>
      {(items) => (
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
    </PagedList>
  );
}
