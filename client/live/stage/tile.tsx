import {
  IconHandStop,
  IconMicrophoneOff,
  IconSpeakerphone,
  IconWifi1,
  IconWifiOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PinButton } from './pin-button.tsx';
import classes from './stage.module.css';
import { TileVideo } from './tile-video.tsx';
import { usePerson } from './use-person.ts';
import type { PersonState } from './use-person.ts';

interface TileProps {
  userId: string;
  large?: boolean;
}

/** One person: camera or initials, name, and how they are. */
export function Tile({ userId, large = false }: TileProps) {
  const { t } = useTranslation('live');
  const person = usePerson(userId);
  const name = person.mine ? t('tile.you', { name: person.name }) : person.name;
  return (
    <figure
      className={classes.tile}
      aria-label={name}
      data-testid="tile"
      data-user-id={userId}
      data-source="camera"
      data-large={large || undefined}
      data-speaking={(person.speaking && person.microphone) || undefined}
      data-microphone={person.microphone ? 'on' : 'off'}
      data-presence={person.presence}
    >
      <div className={classes.face}>
        <PersonAvatar userId={userId} name={person.name} src={person.avatarUrl} size="min(40cqh, 26cqw)" />
        <TileVideo userId={userId} source="camera" mine={person.mine} />
      </div>
      <Marks person={person} />
      <PinButton pin={{ userId, source: 'camera' }} name={name} />
      <figcaption className={classes.caption}>
        {!person.microphone && <IconMicrophoneOff size={15} role="img" aria-label={t('tile.muted')} />}
        <span className={classes.name}>{name}</span>
        <Quality person={person} />
      </figcaption>
    </figure>
  );
}

function Marks({ person }: { person: PersonState }) {
  const { t } = useTranslation('live');
  if (person.hand === null && !person.floor) return null;
  return (
    <div className={classes.marks}>
      {person.floor && (
        <span className={classes.mark} data-kind="floor" title={t('tile.floor')}>
          <IconSpeakerphone size={15} role="img" aria-label={t('tile.floor')} />
        </span>
      )}
      {person.hand !== null && (
        <span className={classes.mark} title={t('tile.hand', { position: person.hand })}>
          <IconHandStop size={15} role="img" aria-label={t('tile.hand', { position: person.hand })} />
          <span aria-hidden>{person.hand}</span>
        </span>
      )}
    </div>
  );
}

/** Only what is not well: a good connection needs no sign. */
function Quality({ person }: { person: PersonState }) {
  const { t } = useTranslation('live');
  if (person.presence === 'reconnecting') return <span>{t('people.reconnecting')}</span>;
  if (person.quality === 'good' || person.quality === 'fair') return null;
  const Icon = person.quality === 'poor' ? IconWifi1 : IconWifiOff;
  return <Icon size={15} role="img" aria-label={t(`quality.${person.quality}`)} />;
}
