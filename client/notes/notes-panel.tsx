import { Center, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { NoteEditor } from './note-editor.tsx';
import { useNoteSession } from './note-session.ts';

export interface NotesPanelProps {
  documentId: string;
  user: { id: string; displayName: string };
  /** Shows the note without a toolbar, whatever the person's rights: an ended class, a preview. */
  readOnly?: boolean;
}

/** A shared note: everybody's text and cursors, kept on this device, with an honest "saved". */
export function NotesPanel({ documentId, user, readOnly = false }: NotesPanelProps) {
  const { t } = useTranslation('notes');
  const session = useNoteSession(documentId, user.id);
  if (!session) {
    return (
      <Center p="xl">
        <Loader role="status" aria-label={t('editor.loading')} />
      </Center>
    );
  }
  return <NoteEditor key={documentId} session={session} user={user} readOnly={readOnly} />;
}
