import { useLocalStorage } from '@mantine/hooks';
import { createContext, useContext, useMemo, useState } from 'react';

export type PanelName = 'chat' | 'people' | 'notes';
export type StageLayout = 'speaker' | 'grid';
export type RoomDialog = 'leave' | 'end' | 'shortcuts' | 'devices';

/** What this person has open and how they like it: nothing of it concerns the others. */
export interface RoomUi {
  panel: PanelName | null;
  togglePanel: (panel: PanelName) => void;
  closePanel: () => void;
  layout: StageLayout;
  setLayout: (layout: StageLayout) => void;
  dialog: RoomDialog | null;
  openDialog: (dialog: RoomDialog) => void;
  closeDialog: () => void;
  /** Single-key shortcuts are in use. */
  shortcuts: boolean;
  setShortcuts: (on: boolean) => void;
}

export function useRoomUiState(): RoomUi {
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [dialog, setDialog] = useState<RoomDialog | null>(null);
  const [layout, setLayout] = useLocalStorage<StageLayout>({
    key: 'lectern-layout',
    defaultValue: 'speaker',
    getInitialValueInEffect: false,
  });
  const [shortcuts, setShortcuts] = useLocalStorage({
    key: 'lectern-shortcuts',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  return useMemo(
    () => ({
      panel,
      togglePanel: (name) => setPanel((open) => (open === name ? null : name)),
      closePanel: () => setPanel(null),
      layout,
      setLayout,
      dialog,
      openDialog: setDialog,
      closeDialog: () => setDialog(null),
      shortcuts,
      setShortcuts,
    }),
    [panel, dialog, layout, setLayout, shortcuts, setShortcuts],
  );
}

export const RoomUiContext = createContext<RoomUi | null>(null);

export function useRoomUi(): RoomUi {
  const ui = useContext(RoomUiContext);
  if (!ui) throw new Error('useRoomUi outside a room');
  return ui;
}
