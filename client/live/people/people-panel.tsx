import { ScrollArea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LocksMenu } from '../controls/locks-menu.tsx';
import { GuestsButton } from '../guests/guests-button.tsx';
import { useModerating, useSnapshot } from '../room/room-context.ts';
import { FloorHolder } from './floor-holder.tsx';
import { HandQueue } from './hand-queue.tsx';
import { PeopleList } from './people-list.tsx';
import classes from './people.module.css';

/** Hands first, then everybody. */
export function PeoplePanel() {
  const { t } = useTranslation('live');
  const moderating = useModerating();
  const participants = useSnapshot((snapshot) => snapshot.participants);
  const { id: sessionId, canInvite } = useSnapshot((snapshot) => snapshot.session);
  const [search, setSearch] = useState('');
  const found = useMemo(() => {
    const wanted = search.trim().toLocaleLowerCase();
    return participants
      .filter((one) => one.displayName.toLocaleLowerCase().includes(wanted))
      .toSorted((a, b) => a.displayName.localeCompare(b.displayName));
  }, [participants, search]);
  const here = found.filter((one) => one.presence !== 'away');
  const away = found.filter((one) => one.presence === 'away');
  return (
    <ScrollArea className={classes.scroll} type="auto" viewportProps={{ tabIndex: 0 }}>
      <div className={classes.content}>
        {moderating && <LocksMenu />}
        {canInvite && <GuestsButton sessionId={sessionId} size="sm" fullWidth mb="sm" />}
        <FloorHolder />
        <HandQueue />
        <section aria-labelledby="people-here">
          <h3 id="people-here" className={classes.heading} data-testid="people-count">
            {t('people.here', { count: participants.filter((one) => one.presence !== 'away').length })}
          </h3>
          {participants.length > 8 && (
            <TextInput
              size="sm"
              mb="xs"
              aria-label={t('people.search')}
              placeholder={t('people.search')}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          )}
          {found.length === 0 ? (
            <p className={classes.quiet}>{t('people.noMatch')}</p>
          ) : (
            <PeopleList people={here} />
          )}
        </section>
        {away.length > 0 && (
          <section aria-labelledby="people-away">
            <h3 id="people-away" className={classes.heading}>
              {t('people.away')}
            </h3>
            <PeopleList people={away} />
          </section>
        )}
      </div>
    </ScrollArea>
  );
}
