import { Button, Paper, Skeleton, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import type { ChildView } from '../../../shared/identity/guardians.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { AddChild } from './add-child.tsx';
import classes from './guardians.module.css';
import { PersonRow } from './person-row.tsx';
import { myChildren, useFamilyRefresh } from './queries.ts';
import { useRelationshipText } from './relationship-text.ts';

/** What a guardian sees: their children, and how to add one. */
export function GuardianSide() {
  const { t } = useTranslation(['guardians', 'kernel']);
  const query = useQuery(myChildren);
  return (
    <>
      <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="children">
        <Title order={3} size="h4" id="children" mb="xs">
          {t('children.title')}
        </Title>
        {query.data ? (
          <Children items={query.data.items} />
        ) : query.isError ? (
          <ProblemAlert
            title={t('children.failed')}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <Skeleton height={80} radius="md" role="status" aria-label={t('kernel:loading')} />
        )}
      </Paper>
      <AddChild />
    </>
  );
}

function Children({ items }: { items: ChildView[] }) {
  const { t } = useTranslation('guardians');
  if (items.length === 0) return <Text data-testid="children-empty">{t('children.empty')}</Text>;
  return (
    <ul className={classes.list}>
      {items.map((one) => (
        <ChildRow key={one.id} link={one} />
      ))}
    </ul>
  );
}

function ChildRow({ link }: { link: ChildView }) {
  const { t } = useTranslation('guardians');
  const relationshipText = useRelationshipText();
  const [removing, dialog] = useDisclosure(false);
  const refresh = useFamilyRefresh();
  const name = link.child.displayName;
  return (
    <>
      <PersonRow
        testId="child-row"
        person={link.child}
        detail={`${relationshipText(link)} · ${link.child.code}`}
        actions={
          <>
            <Button
              component={Link}
              to={`/account/family/${link.child.id}`}
              size="xs"
              variant="default"
              aria-label={t('children.openNamed', { name })}
              data-testid="child-open"
            >
              {t('children.open')}
            </Button>
            <Button
              size="xs"
              variant="subtle"
              color="red"
              aria-label={t('children.removeNamed', { name })}
              onClick={dialog.open}
              data-testid="child-remove"
            >
              {t('children.remove')}
            </Button>
          </>
        }
      />
      <ConfirmDialog
        title={t('children.removeTitle', { name })}
        text={t('children.removeText', { name })}
        submit={t('children.remove')}
        done={t('children.removed', { name })}
        failed={t('failed')}
        opened={removing}
        onClose={dialog.close}
        act={() => api.call(guardianRoutes.removeChild, { params: { guardianshipId: link.id } })}
        onDone={refresh}
      />
    </>
  );
}
