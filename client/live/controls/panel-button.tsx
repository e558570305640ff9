import { IconMessageCircle, IconNotes, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useModerating, useSnapshot } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';
import type { PanelName } from '../room/room-ui.ts';
import { ControlButton } from './control-button.tsx';
import { useUnread } from './use-unread.ts';

export const panelIcons = { chat: IconMessageCircle, people: IconUsers, notes: IconNotes };
export const panelKeys = { chat: 'C', people: 'P', notes: 'N' } as const;

/** What waits in each panel: lines not read, hands not heard. */
export function usePanelCounts(): Record<PanelName, number> {
  const { panel } = useRoomUi();
  const unread = useUnread(panel === 'chat');
  const hands = useSnapshot((snapshot) => snapshot.hands.length);
  const moderating = useModerating();
  return { chat: unread, people: moderating ? hands : 0, notes: 0 };
}

export function PanelButton({ name, count }: { name: PanelName; count: number }) {
  const { t } = useTranslation('live');
  const { panel, togglePanel } = useRoomUi();
  const Icon = panelIcons[name];
  const label = t('control.key', { label: t(`control.${name}`), key: panelKeys[name] });
  const waiting = t(name === 'chat' ? 'control.unread' : 'control.handsUp', { count });
  return (
    <ControlButton
      label={count > 0 ? `${label}, ${waiting}` : label}
      icon={<Icon size={22} aria-hidden />}
      count={count}
      aria-expanded={panel === name}
      aria-controls={panel === name ? 'side-panel' : undefined}
      onClick={() => togglePanel(name)}
      data-testid={`open-${name}`}
    />
  );
}
