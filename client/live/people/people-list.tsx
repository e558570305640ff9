import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParticipantView } from '../../../shared/live/contract.ts';
import classes from './people.module.css';
import { PersonRow } from './person-row.tsx';

const step = 100;

/** Rows of people, a hundred at a time: a lecture of a thousand must not slow the page down. */
export function PeopleList({ people }: { people: readonly ParticipantView[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(step);
  return (
    <>
      <ul className={classes.list}>
        {people.slice(0, shown).map((one) => (
          <PersonRow key={one.userId} participant={one} />
        ))}
      </ul>
      {people.length > shown && (
        <Button size="xs" variant="default" onClick={() => setShown(shown + step)}>
          {t('loadMore')}
        </Button>
      )}
    </>
  );
}
