import { Button } from '@mantine/core';
import { useFocusWithin, useHover, useMergedRef } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconUserCheck, IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { useFollow } from './queries.ts';

interface FollowButtonProps {
  person: { id: string; displayName: string; isFollowed: boolean };
  /** In a list. */
  small?: boolean;
}

/** Says that one follows somebody; while it is pointed at, that it would end that. */
export function FollowButton({ person, small = false }: FollowButtonProps) {
  const { t } = useTranslation('profiles');
  const errorText = useErrorText();
  const { hovered, ref: hover } = useHover<HTMLButtonElement>();
  const { focused, ref: focus } = useFocusWithin<HTMLButtonElement>();
  const ref = useMergedRef(hover, focus);
  const following = useFollow(person.id);
  const { isFollowed, displayName: name } = person;
  const leaving = isFollowed && (hovered || focused);
  const Icon = isFollowed ? (leaving ? IconUserMinus : IconUserCheck) : IconUserPlus;
  const act = (): void =>
    following.mutate(!isFollowed, {
      onSuccess: () => announce(t(isFollowed ? 'follow.unfollowed' : 'follow.followed', { name })),
      onError: (error) =>
        notifications.show({ color: 'red', title: t('follow.failed'), message: errorText(error) }),
    });
  return (
    <Button
      ref={ref}
      size={small ? 'xs' : 'sm'}
      miw={small ? 124 : 136}
      variant={isFollowed || small ? 'default' : 'filled'}
      leftSection={<Icon size={small ? 14 : 18} aria-hidden />}
      loading={following.isPending}
      onClick={act}
      aria-label={t(isFollowed ? 'follow.followingNamed' : 'follow.followNamed', { name })}
      data-testid="follow"
      data-followed={isFollowed}
    >
      {t(leaving ? 'follow.unfollow' : isFollowed ? 'follow.following' : 'follow.follow')}
    </Button>
  );
}
