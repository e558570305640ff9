import { Anchor, Badge, Button, Group, Text, Title } from '@mantine/core';
import { IconClock, IconMapPin, IconPencil } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { FollowButton } from './follow-button.tsx';
import { placeText, timeThere } from './places.ts';
import classes from './profiles.module.css';

/** Who somebody is, at a glance, and what one can do about it. */
export function ProfileHeader({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation(['profiles', 'people']);
  const work = [profile.jobTitle, profile.department].filter(Boolean).join(' · ');
  const place = placeText(profile.location, profile.country);
  const time = profile.isSelf ? null : timeThere(profile.timezone);
  return (
    <header className={classes.head}>
      <PersonAvatar userId={profile.id} name={profile.displayName} src={profile.avatarUrl} size={88} />
      <div className={classes.name}>
        <Group gap="sm">
          <Title order={1} data-testid="profile-name">
            {profile.displayName}
          </Title>
          <Badge variant="light" tt="none">
            {t(`people:roles.${profile.role}`)}
          </Badge>
          {profile.followsMe && (
            <Badge variant="default" tt="none" data-testid="follows-me">
              {t('followsMe')}
            </Badge>
          )}
        </Group>
        {work && <Text mt={4}>{work}</Text>}
        {(place ?? time) && (
          <div className={classes.meta}>
            {place && (
              <span>
                <IconMapPin size={16} aria-hidden />
                {place}
              </span>
            )}
            {time && (
              <span>
                <IconClock size={16} aria-hidden />
                {t('localTime', { time })}
              </span>
            )}
          </div>
        )}
        <Counts profile={profile} />
      </div>
      <div className={classes.headActions}>
        {profile.isSelf ? (
          <Button
            component={Link}
            to="/account/profile"
            variant="default"
            leftSection={<IconPencil size={16} aria-hidden />}
            data-testid="profile-edit"
          >
            {t('edit')}
          </Button>
        ) : (
          <FollowButton person={profile} />
        )}
      </div>
    </header>
  );
}

/** Both lead to the lists. */
function Counts({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation('profiles');
  const { id, followersCount, followingCount } = profile;
  return (
    <Group gap="md" mt={6}>
      <Anchor
        component={Link}
        to={`/people/${id}/followers`}
        replace
        size="sm"
        fw={600}
        c="inherit"
        data-testid="followers-count"
      >
        {t('followers', { count: followersCount })}
      </Anchor>
      <Anchor
        component={Link}
        to={`/people/${id}/following`}
        replace
        size="sm"
        fw={600}
        c="inherit"
        data-testid="following-count"
      >
        {t('following', { count: followingCount })}
      </Anchor>
    </Group>
  );
}
