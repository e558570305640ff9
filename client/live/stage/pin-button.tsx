import { IconPin, IconPinnedOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../kernel/ui/announcer.tsx';
import { samePin, useRoomUi } from '../room/room-ui.ts';
import type { Pin } from '../room/room-ui.ts';
import classes from './stage.module.css';

interface PinButtonProps {
  pin: Pin;
  /** What the tile is called. */
  name: string;
}

/** Keeps a tile large, or lets go of it. Seen on hover and focus, and always where there is no mouse or it is pinned. */
export function PinButton({ pin, name }: PinButtonProps) {
  const { t } = useTranslation('live');
  const ui = useRoomUi();
  const pinned = samePin(ui.pin, pin);
  const label = t(pinned ? 'tile.unpin' : 'tile.pin', { name });
  const Icon = pinned ? IconPinnedOff : IconPin;
  return (
    <button
      type="button"
      className={classes.pin}
      aria-label={label}
      title={label}
      data-pinned={pinned || undefined}
      data-testid="pin"
      onClick={() => {
        ui.togglePin(pin);
        announce(t(pinned ? 'say.unpinned' : 'say.pinned', { name }));
      }}
    >
      <Icon size={18} aria-hidden />
    </button>
  );
}
