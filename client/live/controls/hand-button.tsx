import { IconHandStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { position } from '../../../shared/live/model.ts';
import { useRoom, useSnapshot } from '../room/room-context.ts';
import { ControlButton } from './control-button.tsx';
import { handsClosed } from './hands-closed.ts';
import { useRoomActions } from './use-room-actions.ts';

export function HandButton() {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const place = useSnapshot((snapshot) => position(snapshot.hands, me.id));
  const closed = useSnapshot(handsClosed);
  const { toggleHand } = useRoomActions();
  const locked = closed && place === null;
  const label = t(place === null ? 'control.raise' : 'control.lower');
  return (
    <ControlButton
      label={locked ? t('control.handsLocked') : t('control.key', { label, key: 'R' })}
      state={locked ? 'locked' : place === null ? 'off' : 'on'}
      icon={<IconHandStop size={22} aria-hidden />}
      onClick={toggleHand}
      data-testid="toggle-hand"
    />
  );
}
