import { Paper, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { WhoView } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { codeOf } from '../../kernel/request-error.ts';
import classes from './access.module.css';
import { subjectOf } from './place.ts';
import { whoMay } from './queries.ts';
import { searchOf } from './question.ts';
import type { Question } from './question.ts';
import { useScopeText } from './step-text.ts';
import { useFocusIfLost } from './use-focus-if-lost.ts';
import { useRoleName } from './use-roles.ts';

interface WhoListProps {
  organizationId: string;
  question: Question & { permission: Permission };
}

/** Everybody who may, with what allows it, page by page. */
export function WhoList({ organizationId, question }: WhoListProps) {
  const { t } = useTranslation('access');
  const { permission, place } = question;
  const query = useInfiniteQuery(whoMay(organizationId, { permission, ...subjectOf(place) }));
  const heading = useFocusIfLost<HTMLHeadingElement>();
  const { hasNextPage } = query;
  if (codeOf(query.error) === 'not_found')
    return (
      <ProblemAlert
        title={t('explorer.failed')}
        error={query.error}
        text={t('explorer.gone')}
        onRetry={() => void query.refetch()}
      />
    );
  return (
    <section aria-labelledby="who-title">
      <Stack gap="sm">
        <Title order={3} size="h4" id="who-title" ref={heading} tabIndex={-1} className={classes.focused}>
          {t('explorer.who')}
        </Title>
        <PagedList
          query={query}
          failed={t('explorer.failed')}
          empty={<Text>{t(hasNextPage ? 'explorer.nobodyYet' : 'explorer.nobody')}</Text>}
          shown={(count) => t(hasNextPage ? 'explorer.shownMore' : 'explorer.shown', { count })}
        >
          {(items) => (
            <Paper withBorder radius="md">
              <ul className={classes.rows}>
                {items.map((one) => (
                  <WhoRow key={one.user.id} organizationId={organizationId} question={question} one={one} />
                ))}
              </ul>
            </Paper>
          )}
        </PagedList>
      </Stack>
    </section>
  );
}

interface WhoRowProps {
  organizationId: string;
  question: Question;
  one: WhoView['items'][number];
}

function WhoRow({ organizationId, question, one }: WhoRowProps) {
  const { t } = useTranslation('access');
  const by = useByText(organizationId, question);
  const { id, code, displayName: name } = one.user;
  return (
    <li className={classes.row} data-testid="who-row">
      <PersonAvatar userId={id} name={name} size={36} />
      <div className={classes.text}>
        <Link
          to={`/admin/access?${searchOf({ ...question, personId: id })}`}
          className={classes.link}
          aria-label={t('explorer.whyNamed', { name })}
        >
          {name}
        </Link>
        <Text size="sm" c="dimmed">
          {[by(one), code].join(' · ')}
        </Text>
      </div>
    </li>
  );
}

/** What allows it, in words. */
function useByText(organizationId: string, question: Question): (one: WhoRowProps['one']) => string {
  const { t } = useTranslation('access');
  const nameOf = useRoleName(organizationId);
  const { scopeText, relationText } = useScopeText(question.place.type);
  return ({ by, name, scope }) => {
    if (by === 'relation') return relationText(name ?? '');
    const place = scopeText(scope ?? 'system');
    if (by === 'override') return t('explorer.by.override', { place });
    const role = nameOf(name ?? '');
    return scope === 'system' ? t('explorer.by.account', { role }) : t('explorer.by.role', { role, place });
  };
}
