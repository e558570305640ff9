import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCloudCheck, IconCloudOff, IconCloudUp, IconLock } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { NoteProvider } from './note-provider.ts';
import { isFinal } from './note-state.ts';
import type { NoteState } from './note-state.ts';

const icons = {
  opening: IconCloudUp,
  saved: IconCloudCheck,
  saving: IconCloudUp,
  offline: IconCloudOff,
  readonly: IconLock,
  error: IconAlertTriangle,
} satisfies Record<NoteState['kind'], unknown>;

function useStateText(state: NoteState): string {
  const { t } = useTranslation('notes');
  switch (state.kind) {
    case 'error':
      return t(`error.${state.problem}`);
    case 'offline':
      return state.kept ? t('state.offline') : t('state.offlineUnkept');
    case 'readonly':
      return state.refused ? t('state.refused') : t('state.readonly');
    default:
      return t(`state.${state.kind}`);
  }
}

/** Whether what is written here is stored. Said aloud only when it is bad news: "saved" after each word would be noise. */
export function NoteStatus({ provider }: { provider: NoteProvider }) {
  const { t } = useTranslation('notes');
  const state = useSyncExternalStore(provider.subscribe, provider.state);
  const text = useStateText(state);
  const Icon = icons[state.kind];
  const isNews =
    state.kind === 'offline' || state.kind === 'error' || (state.kind === 'readonly' && state.refused);
  return (
    <Group
      gap={6}
      wrap="nowrap"
      data-testid="note-saved"
      data-state={state.kind}
      role="status"
      aria-live={isNews ? 'polite' : 'off'}
    >
      <Icon size={18} aria-hidden style={{ flex: 'none' }} />
      <Text size="sm">{text}</Text>
      {state.kind === 'error' && isFinal(state.problem) && (
        <Button size="compact-sm" variant="default" onClick={() => provider.retry()}>
          {t('retry')}
        </Button>
      )}
    </Group>
  );
}
