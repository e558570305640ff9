import { Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FollowView, PersonProfileView } from '../../../shared/identity/profiles.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { FollowButton } from './follow-button.tsx';
import classes from './profiles.module.css';
import { followList } from './queries.ts';
import type { Direction } from './queries.ts';

const emptyTexts = {
  followers: { self: 'list.noFollowersSelf', other: 'list.noFollowers' },
  following: { self: 'list.noFollowingSelf', other: 'list.noFollowing' },
} as const;

/** Who follows somebody, or whom they follow. */
export function FollowList({ profile, direction }: { profile: PersonProfileView; direction: Direction }) {
  const { t } = useTranslation(['profiles', 'kernel']);
  const query = useInfiniteQuery(followList(profile.id, direction));
  const people = query.data?.pages.flatMap(({ items }) => items);
  const total = direction === 'followers' ? profile.followersCount : profile.followingCount;
  const hidden = people && !query.hasNextPage ? total - people.length : 0;
  const empty = emptyTexts[direction][profile.isSelf ? 'self' : 'other'];
  return (
    <Stack gap="sm">
      {query.isPending && (
        <Skeleton height={160} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
      {query.isError && (
        <ProblemAlert title={t('list.failed')} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {people?.length === 0 && hidden <= 0 && (
        <Text c="dimmed" data-testid="follow-empty">
          {t(empty, { name: profile.displayName })}
        </Text>
      )}
      {people && people.length > 0 && (
        <ul className={classes.list}>
          {people.map((person) => (
            <FollowRow key={person.id} person={person} />
          ))}
        </ul>
      )}
      {hidden > 0 && (
        <Text size="sm" c="dimmed" data-testid="follow-hidden">
          {t('list.hidden', { count: hidden })}
        </Text>
      )}
      {query.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
            data-testid="follow-more"
          >
            {t('kernel:loadMore')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function FollowRow({ person }: { person: FollowView }) {
  const { t } = useTranslation(['profiles', 'people']);
  return (
    <li className={classes.row} data-testid="follow-row">
      <PersonAvatar userId={person.id} name={person.displayName} src={person.avatarUrl} size={40} />
      <div className={classes.text}>
        <Text fw={600}>
          <PersonLink userId={person.id} name={person.displayName} plain />
        </Text>
        <Text size="sm" c="dimmed">
          {person.jobTitle ?? t(`people:roles.${person.role}`)}
        </Text>
      </div>
      {person.isSelf ? (
        <Badge variant="light" tt="none">
          {t('list.you')}
        </Badge>
      ) : (
        <FollowButton person={person} small />
      )}
    </li>
  );
}
