import { ActionIcon, Text } from '@mantine/core';
import { useElementSize, useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParticipantView } from '../../../shared/live/contract.ts';
import { gridShape } from './stage-order.ts';
import classes from './stage.module.css';
import { Tile } from './tile.tsx';

/** Everybody in tiles of one size, so many to a page that cameras stay few. */
export function GridStage({ people }: { people: readonly ParticipantView[] }) {
  const { t } = useTranslation('live');
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const { ref, width, height } = useElementSize();
  const [wanted, setPage] = useState(0);
  const perPage = phone ? 6 : 12;
  const pages = Math.max(1, Math.ceil(people.length / perPage));
  const page = Math.min(wanted, pages - 1);
  const shown = people.slice(page * perPage, (page + 1) * perPage);
  const { columns, rows } = gridShape(shown.length, width || 16, height || 9);
  return (
    <div className={classes.gridStage}>
      <ul
        ref={ref}
        className={classes.grid}
        aria-label={t('room.stage')}
        style={{ gridTemplate: `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))` }}
      >
        {shown.map((one) => (
          <li key={one.userId} className={classes.gridTile}>
            <Tile userId={one.userId} />
          </li>
        ))}
      </ul>
      {pages > 1 && (
        <nav className={classes.pages} aria-label={t('stage.page', { page: page + 1, pages })}>
          <ActionIcon
            variant="default"
            aria-label={t('stage.previous')}
            disabled={page === 0}
            onClick={() => setPage(page - 1)}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <Text size="sm">{t('stage.page', { page: page + 1, pages })}</Text>
          <ActionIcon
            variant="default"
            aria-label={t('stage.next')}
            disabled={page === pages - 1}
            onClick={() => setPage(page + 1)}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
        </nav>
      )}
    </div>
  );
}
