import { Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { WorkedIn } from '../organizations/loaded.tsx';
import classes from './access.module.css';
import { PermissionField } from './permission-field.tsx';
import { PersonField } from './person-field.tsx';
import { PlaceField } from './place-field.tsx';
import { isChosen } from './place.ts';
import { questionFrom, searchOf } from './question.ts';
import type { Question } from './question.ts';
import { WhoList } from './who-list.tsx';
import { Why } from './why.tsx';

/** `/admin/access`: who may do what, and why. The question is in the address, so that it can be kept and sent. */
export function ExplorerPage() {
  return <WorkedIn>{(id) => <Explorer key={id} organizationId={id} />}</WorkedIn>;
}

function Explorer({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('access');
  const [search, setSearch] = useSearchParams();
  const question = questionFrom(search);
  // The address follows a moment later: of two quick answers the second must not take the first one back.
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  }, [search]);
  const ask = (part: Partial<Question>): void => {
    latest.current = searchOf({ ...questionFrom(latest.current), ...part });
    setSearch(latest.current, { replace: true });
  };
  usePageTitle(t('explorer.title'));
  return (
    <Stack gap="lg">
      <div>
        <Title order={2}>{t('explorer.title')}</Title>
        <Text c="dimmed">{t('explorer.lead')}</Text>
      </div>
      <Paper component="section" withBorder p="lg" radius="md" aria-label={t('explorer.question')}>
        <div className={classes.fields}>
          <div className={classes.wide}>
            <PermissionField
              permission={question.permission}
              onChange={(permission) => ask({ permission })}
            />
          </div>
          <PlaceField
            organizationId={organizationId}
            place={question.place}
            onChange={(place) => ask({ place })}
          />
          <PersonField
            organizationId={organizationId}
            personId={question.personId}
            onChange={(personId) => ask({ personId })}
          />
        </div>
      </Paper>
      <Answer organizationId={organizationId} question={question} />
    </Stack>
  );
}

function Answer({ organizationId, question }: { organizationId: string; question: Question }) {
  const { t } = useTranslation('access');
  const { permission, place, personId } = question;
  if (permission === null) return <Text data-testid="explorer-start">{t('explorer.start')}</Text>;
  if (!isChosen(place)) return <Text>{t('explorer.startPlace')}</Text>;
  const asked = { ...question, permission };
  return personId === null ? (
    <WhoList organizationId={organizationId} question={asked} />
  ) : (
    <Why organizationId={organizationId} question={{ ...asked, personId }} />
  );
}
