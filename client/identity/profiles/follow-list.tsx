import { Badge, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FollowView, PersonProfileView } from '../../../shared/identity/profiles.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
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
  const { t } = useTranslation('profiles');
  const query = useInfiniteQuery(followList(profile.id, direction));
  const total = direction === 'followers' ? profile.followersCount : profile.followingCount;
  const loaded = query.data?.pages.reduce((count, { items }) => count + items.length, 0);
  const hidden = loaded === undefined || query.hasNextPage ? 0 : total - loaded;
  const empty = emptyTexts[direction][profile.isSelf ? 'self' : 'other'];
  return (
    <Stack gap="sm">
      <PagedList
        query={query}
        failed={t('list.failed')}
        empty={
          hidden <= 0 && (
            <Text c="dimmed" data-testid="follow-empty">
              {t(empty, { name: profile.displayName })}
            </Text>
          )
        }
      >
        {(people) => (
          <ul className={classes.list}>
            {people.map((person) => (
              <FollowRow key={person.id} person={person} />
            ))}
          </ul>
        )}
      </PagedList>
      {hidden > 0 && (
        <Text size="sm" c="dimmed" data-testid="follow-hidden">
          {t('list.hidden', { count: hidden })}
        </Text>
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
