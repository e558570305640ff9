import { useLocalStorage } from '@mantine/hooks';
import { createContext, useContext, useMemo, useState } from 'react';

export type PanelName = 'chat' | 'people' | 'notes';
export type StageLayout = 'speaker' | 'grid';
/** A person's tile, or the screen they share. */
export interface Pin {
  userId: string;
  source: 'camera' | 'screen';
}
export const samePin = (a: Pin | null, b: Pin | null): boolean =>
  a?.userId === b?.userId && a?.source === b?.source;
export type RoomDialog = 'leave' | 'end' | 'shortcuts' | 'devices';

/** What this person has open and how they like it: nothing of it concerns the others. */
export interface RoomUi {
  panel: PanelName | null;
  togglePanel: (panel: PanelName) => void;
  closePanel: () => void;
  layout: StageLayout;
  setLayout: (layout: StageLayout) => void;
  /** What is kept large, whoever speaks or shares; null: the stage decides. */
  pin: Pin | null;
  /** Pins, or lets go of what is pinned. */
  togglePin: (pin: Pin) => void;
  dialog: RoomDialog | null;
  openDialog: (dialog: RoomDialog) => void;
  closeDialog: () => void;
  /** Single-key shortcuts are in use. */
  shortcuts: boolean;
  setShortcuts: (on: boolean) => void;
  /** A hand that goes up is heard by who teaches. */
  sounds: boolean;
  setSounds: (on: boolean) => void;
}

export function useRoomUiState(): RoomUi {
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [dialog, setDialog] = useState<RoomDialog | null>(null);
  const [pin, setPin] = useState<Pin | null>(null);
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
  const [sounds, setSounds] = useLocalStorage({
    key: 'lectern-sounds',
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
      pin,
      togglePin: (wanted) => setPin((now) => (samePin(now, wanted) ? null : wanted)),
      dialog,
      openDialog: setDialog,
      closeDialog: () => setDialog(null),
      shortcuts,
      setShortcuts,
      sounds,
      setSounds,
    }),
    [panel, pin, dialog, layout, setLayout, shortcuts, setShortcuts, sounds, setSounds],
  );
}

export const RoomUiContext = createContext<RoomUi | null>(null);

export function useRoomUi(): RoomUi {
  const ui = useContext(RoomUiContext);
  if (!ui) throw new Error('useRoomUi outside a room');
  return ui;
}
