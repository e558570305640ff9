import { Anchor, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  IconBrandGithub,
  IconBrandLinkedin,
  IconBrandMastodon,
  IconBrandX,
  IconBrandYoutube,
  IconWorld,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import classes from './profiles.module.css';

const icons: Record<string, typeof IconWorld> = {
  github: IconBrandGithub,
  linkedin: IconBrandLinkedin,
  mastodon: IconBrandMastodon,
  x: IconBrandX,
  youtube: IconBrandYoutube,
};

/** What somebody tells about themselves. */
export function About({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation('profiles');
  const { bio, skills, interests } = profile;
  const links = Object.entries(profile.socialLinks);
  if (!bio && skills.length === 0 && interests.length === 0 && links.length === 0)
    return <Bare profile={profile} />;
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack gap="lg">
        {bio && (
          <Section id="bio" title={t('about.bio')}>
            <Text className={classes.bio} data-testid="profile-bio">
              {bio}
            </Text>
          </Section>
        )}
        {interests.length > 0 && (
          <Section id="interests" title={t('about.interests')}>
            <Words words={interests} testId="profile-interest" variant="light" />
          </Section>
        )}
        {skills.length > 0 && (
          <Section id="skills" title={t('about.skills')}>
            <Words words={skills} testId="profile-skill" variant="default" />
          </Section>
        )}
        {links.length > 0 && (
          <Section id="links" title={t('about.links')}>
            <ul className={classes.links}>
              {links.map(([network, address]) => (
                <SocialLink key={network} network={network} address={address} />
              ))}
            </ul>
          </Section>
        )}
      </Stack>
    </Paper>
  );
}

function Bare({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation('profiles');
  return (
    <Paper withBorder p="xl" radius="md" data-testid="profile-empty">
      <Stack align="center" gap="sm">
        <Text c="dimmed" ta="center">
          {t(profile.isSelf ? 'about.emptySelf' : 'about.empty', { name: profile.displayName })}
        </Text>
        {profile.isSelf && (
          <Button component={Link} to="/account/profile" variant="light">
            {t('edit')}
          </Button>
        )}
      </Stack>
    </Paper>
  );
}

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={`profile-${id}`}>
      <Title order={2} size="h4" mb={6} id={`profile-${id}`}>
        {title}
      </Title>
      {children}
    </section>
  );
}

interface WordsProps {
  words: readonly string[];
  testId: string;
  variant: 'light' | 'default';
}

function Words({ words, testId, variant }: WordsProps) {
  return (
    <Group component="ul" gap={6} className={classes.list}>
      {words.map((word) => (
        <li key={word}>
          <Badge size="lg" variant={variant} tt="none" fw={500} data-testid={testId}>
            {word}
          </Badge>
        </li>
      ))}
    </Group>
  );
}

/** The address as people write it. */
const spoken = (address: string): string => address.replace(/^https?:\/\/(?:www\.)?/, '').replace(/\/$/, '');

function SocialLink({ network, address }: { network: string; address: string }) {
  const { t } = useTranslation('profiles');
  const Icon = icons[network] ?? IconWorld;
  const text = spoken(address);
  return (
    <li>
      <Anchor
        href={address}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className={classes.link}
        aria-label={t('about.opensTab', { address: text })}
      >
        <Icon size={18} aria-hidden />
        {text}
      </Anchor>
    </li>
  );
}
