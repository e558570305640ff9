import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { formatDay, formatTime } from '../kernel/i18n/format.ts';
import { ClassActions } from './class-actions.tsx';
import classes from './courses.module.css';

const badgeColor = { scheduled: 'gray', live: 'board', ended: 'gray', cancelled: 'red' } as const;

interface ClassRowProps {
  session: LiveSessionView & { courseTitle?: string | null };
  dated: boolean;
}

export function ClassRow({ session, dated }: ClassRowProps) {
  const { t } = useTranslation('courses');
  const { status } = session;
  return (
    <li className={classes.row} data-testid="class-row" data-session-id={session.id} data-status={status}>
      <div>
        <Text component="time" dateTime={session.scheduledAt} fw={600} display="block">
          {formatTime(session.scheduledAt)}
        </Text>
        <Text size="sm" c="dimmed">
          {dated ? formatDay(session.scheduledAt) : t('row.minutes', { count: session.durationMinutes })}
        </Text>
      </div>
      <div>
        <Group gap="xs">
          <Text fw={600} className={classes.title}>
            {session.title}
          </Text>
          {status !== 'scheduled' && (
            <Badge variant={status === 'live' ? 'filled' : 'light'} color={badgeColor[status]} tt="none">
              {t(`row.${status}`)}
            </Badge>
          )}
          {session.isGuest && (
            <Badge variant="light" color="gray" tt="none">
              {t('row.guest')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" truncate>
          {session.courseTitle ?? session.description ?? t('course.by', { name: session.host.displayName })}
        </Text>
      </div>
      <Group gap="xs" className={classes.actions}>
        <ClassActions session={session} />
      </Group>
    </li>
  );
}
