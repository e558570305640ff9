import { Center, Loader } from '@mantine/core';
import { Suspense, lazy } from 'react';
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import type { NotesPanel } from '../../notes/notes-panel.tsx';

// The editor is as large as the rest of the room and opened by few at the bell: it comes when it is asked for.
const Panel = lazy(() =>
  import('../../notes/notes-panel.tsx').then((file) => ({ default: file.NotesPanel })),
);

export function LazyNotes(props: ComponentProps<typeof NotesPanel>) {
  const { t } = useTranslation();
  return (
    <Suspense
      fallback={
        <Center p="xl">
          <Loader role="status" aria-label={t('loading')} />
        </Center>
      }
    >
      <Panel {...props} />
    </Suspense>
  );
}
