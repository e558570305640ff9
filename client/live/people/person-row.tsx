import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMicrophone, IconMicrophoneOff, IconLock, IconLockOpen } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParticipantView } from '../../../shared/live/contract.ts';
import { mayPublish } from '../../../shared/live/model.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { useRoomActions } from '../controls/use-room-actions.ts';
import { useModerating, useSnapshot } from '../room/room-context.ts';
import { usePerson } from '../stage/use-person.ts';
import classes from './people.module.css';

export const PersonRow = memo(function PersonRow({ participant }: { participant: ParticipantView }) {
  const { t } = useTranslation('live');
  const { userId, displayName, role, isGuest, presence } = participant;
  const person = usePerson(userId);
  const moderating = useModerating();
  // Being an attendee goes without saying, unless it is somebody whom the others do not know.
  const attendee = isGuest ? t('people.guest') : '';
  const roleName = role === 'attendee' ? attendee : t(`people.role.${role}`);
  return (
    <li
      className={classes.row}
      data-testid="person-row"
      data-user-id={userId}
      data-presence={presence}
      data-quality={person.quality}
    >
      <PersonAvatar userId={userId} name={displayName} src={person.avatarUrl} size={34} />
      <div className={classes.who}>
        <span className={classes.name}>
          {person.mine ? t('tile.you', { name: displayName }) : displayName}
        </span>
        <span className={classes.quiet}>
          {[roleName, presenceText(presence, t), qualityText(person.quality, presence, t)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      {presence !== 'away' &&
        (person.microphone ? (
          <IconMicrophone size={18} role="img" aria-label={t('people.unmuted')} />
        ) : (
          <IconMicrophoneOff size={18} role="img" aria-label={t('people.muted')} className={classes.faint} />
        ))}
      {moderating && role === 'attendee' && <MicrophoneLock participant={participant} />}
    </li>
  );
});

type Translate = ReturnType<typeof useTranslation<'live'>>['t'];

function presenceText(presence: ParticipantView['presence'], t: Translate): string {
  if (presence === 'reconnecting') return t('people.reconnecting');
  return presence === 'away' ? t('people.awayOne') : '';
}

function qualityText(
  quality: 'good' | 'fair' | 'poor' | 'lost',
  presence: ParticipantView['presence'],
  t: Translate,
): string {
  return presence === 'present' && quality !== 'good' ? t(`quality.${quality}`) : '';
}

/** Takes one person's microphone away, or gives it back, whatever holds for the others. */
function MicrophoneLock({ participant }: { participant: ParticipantView }) {
  const { t } = useTranslation('live');
  const locks = useSnapshot((snapshot) => snapshot.locks);
  const { lockMicrophoneOf } = useRoomActions();
  const { userId, displayName: name, role, locks: personal } = participant;
  const locked = !mayPublish({ role, locks, personal, floor: false, source: 'microphone' });
  const label = t(locked ? 'people.unlockMicrophone' : 'people.lockMicrophone', { name });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color={locked ? 'red' : 'gray'}
        aria-label={label}
        onClick={() => lockMicrophoneOf(userId, !locked)}
        data-testid="lock-microphone"
        data-state={locked ? 'locked' : 'open'}
      >
        {locked ? <IconLock size={18} aria-hidden /> : <IconLockOpen size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
