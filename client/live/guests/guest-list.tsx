import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { guestRoutes } from '../../../shared/live/guests.ts';
import type { GuestView } from '../../../shared/live/guests.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './guests.module.css';
import { guestsOf, useGuestChange } from './queries.ts';

/** Who is a guest of a class, and who was taken out: each is one press away from the other. */
export function GuestList({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('live');
  const list = useInfiniteQuery(guestsOf(sessionId));
  return (
    <PagedList query={list} failed={t('guests.listFailed')} empty={<Text>{t('guests.none')}</Text>}>
      {(guests) => (
        <ul className={classes.list}>
          {guests.map((guest) => (
            <Guest key={guest.userId} sessionId={sessionId} guest={guest} />
          ))}
        </ul>
      )}
    </PagedList>
  );
}

function Guest({ sessionId, guest }: { sessionId: string; guest: GuestView }) {
  const { t } = useTranslation('live');
  const { userId, displayName: name, avatarUrl, since, endedAt } = guest;
  const isOut = endedAt !== null;
  const takeOut = useGuestChange(sessionId, guestRoutes.takeOut);
  const letIn = useGuestChange(sessionId, guestRoutes.letIn);
  const change = isOut ? letIn : takeOut;
  return (
    <li className={classes.row} data-testid="guest-row" data-state={isOut ? 'out' : 'in'}>
      <PersonAvatar userId={userId} name={name} src={avatarUrl} size={34} />
      <div className={classes.who}>
        <Text fw={600}>{name}</Text>
        <Text size="sm" c="dimmed">
          {isOut
            ? t('guests.out', { moment: formatMoment(endedAt) })
            : t('guests.since', { moment: formatMoment(since) })}
        </Text>
        {change.isError && <ProblemAlert title={t('guests.failed')} error={change.error} />}
      </div>
      <Button
        size="xs"
        variant={isOut ? 'default' : 'subtle'}
        color={isOut ? undefined : 'red'}
        loading={change.isPending}
        onClick={() => change.mutate(userId)}
        aria-label={t(isOut ? 'guests.letInNamed' : 'guests.takeOutNamed', { name })}
        data-testid={isOut ? 'guest-let-in' : 'guest-take-out'}
      >
        {t(isOut ? 'guests.letIn' : 'guests.takeOut')}
      </Button>
    </li>
  );
}
