import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AttendanceView } from '../../../shared/live/attendance.ts';
import { formatMoment, formatTime } from '../../kernel/i18n/format.ts';
import classes from './guardians.module.css';

type Presence = 'scheduled' | 'cancelled' | 'isThere' | 'wasThere' | 'notYet' | 'absent';

const colour = {
  scheduled: 'gray',
  cancelled: 'gray',
  isThere: 'green',
  wasThere: 'green',
  notYet: 'blue',
  absent: 'red',
} as const satisfies Record<Presence, string>;

function presenceOf({ status, joined }: AttendanceView): Presence {
  switch (status) {
    case 'scheduled':
    case 'cancelled':
      return status;
    case 'live':
      return joined ? 'isThere' : 'notYet';
    case 'ended':
      return joined ? 'wasThere' : 'absent';
  }
}

/** Classes with whether a child was there. `timeOnly` for a list that is of one day. */
export function AttendanceList({ items, timeOnly = false }: { items: AttendanceView[]; timeOnly?: boolean }) {
  const { t } = useTranslation('guardians');
  return (
    <ul className={classes.list}>
      {items.map((one) => {
        const presence = presenceOf(one);
        return (
          <li
            key={one.sessionId}
            className={classes.row}
            data-testid="attendance-row"
            data-presence={presence}
          >
            <Text component="time" dateTime={one.scheduledAt} size="sm" className={classes.time}>
              {timeOnly ? formatTime(one.scheduledAt) : formatMoment(one.scheduledAt)}
            </Text>
            <div className={classes.text}>
              <Text fw={600}>{one.title}</Text>
              <Text size="sm" c="dimmed">
                {one.courseTitle}
              </Text>
            </div>
            <Group gap="xs">
              {one.joined && (
                <Text size="sm" c="dimmed">
                  {t('child.minutes', { count: one.minutes })}
                </Text>
              )}
              <Badge variant="light" color={colour[presence]} tt="none">
                {t(`child.${presence}`)}
              </Badge>
            </Group>
          </li>
        );
      })}
    </ul>
  );
}
