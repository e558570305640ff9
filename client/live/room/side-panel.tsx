import { CloseButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBoundary } from '../../kernel/ui/error-boundary.tsx';
import { ChatPanel } from '../chat/chat-panel.tsx';
import { PeoplePanel } from '../people/people-panel.tsx';
import { LazyNotes } from './lazy-notes.tsx';
import { useRoom, useSnapshot } from './room-context.ts';
import { useRoomUi } from './room-ui.ts';
import type { PanelName } from './room-ui.ts';
import classes from './room.module.css';

/** Chat, people or notes. Opening takes the focus there; closing gives it back to where it came from. */
export function SidePanel() {
  const { panel } = useRoomUi();
  return panel ? <OpenPanel key={panel} panel={panel} /> : null;
}

const contents = { chat: ChatPanel, people: PeoplePanel, notes: Notes };

function OpenPanel({ panel }: { panel: PanelName }) {
  const { t } = useTranslation('live');
  const { closePanel } = useRoomUi();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const cameFrom = document.activeElement;
    const target = box.current?.querySelector<HTMLElement>('[data-autofocus]') ?? box.current;
    target?.focus({ preventScroll: true });
    return () => {
      if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus({ preventScroll: true });
    };
  }, []);
  const name = t(`${panel}.title`);
  const Content = contents[panel];
  return (
    <aside
      ref={box}
      id="side-panel"
      tabIndex={-1}
      className={classes.panel}
      aria-label={name}
      data-panel={panel}
      data-testid={`panel-${panel}`}
      onKeyDown={(event) => {
        // A menu of the panel lies elsewhere on the page, and in the note Escape frees the Tab key: those Escapes are theirs.
        const { target } = event;
        const within =
          target instanceof HTMLElement && !target.isContentEditable && event.currentTarget.contains(target);
        if (event.key === 'Escape' && within && !event.defaultPrevented) closePanel();
      }}
    >
      <div className={classes.panelHeader}>
        <h2 className={classes.panelTitle}>{name}</h2>
        <CloseButton
          size="lg"
          aria-label={t('panel.close', { panel: name })}
          onClick={closePanel}
          data-testid="close-panel"
        />
      </div>
      <div className={classes.panelBody}>
        <ErrorBoundary>
          <Content />
        </ErrorBoundary>
      </div>
    </aside>
  );
}

function Notes() {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const documentId = useSnapshot((snapshot) => snapshot.session.noteDocumentId);
  return documentId ? <LazyNotes documentId={documentId} user={me} /> : <p>{t('notes.none')}</p>;
}
