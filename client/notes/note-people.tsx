import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NoteProvider } from './note-provider.ts';

/** Names of the others, each once, however many tabs they have open. */
function namesOf({ awareness }: NoteProvider, ownId: string): string {
  const names = new Map<string, string>();
  for (const state of awareness.getStates().values()) {
    const user = (state as { user?: { id?: string; name?: string } }).user;
    if (user?.id && user.name && user.id !== ownId) names.set(user.id, user.name);
  }
  return [...names.values()].toSorted((a, b) => a.localeCompare(b)).join(', ');
}

/** Who else has the note open. */
export function NotePeople({ provider, ownId }: { provider: NoteProvider; ownId: string }) {
  const { t } = useTranslation('notes');
  const [names, setNames] = useState('');
  useEffect(() => {
    const look = () => setNames(namesOf(provider, ownId));
    look();
    provider.awareness.on('change', look);
    return () => provider.awareness.off('change', look);
  }, [provider, ownId]);
  if (!names) return null;
  return (
    <Text size="sm" lineClamp={1} title={names} data-testid="note-people">
      {t('editor.people', { names })}
    </Text>
  );
}
