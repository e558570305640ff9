import '@mantine/tiptap/styles.css';
import { VisuallyHidden } from '@mantine/core';
import { Link, RichTextEditor } from '@mantine/tiptap';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { useEditor } from '@tiptap/react';
import { StarterKit } from '@tiptap/starter-kit';
import { useEffect, useId, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { leaveWithEscape } from './leave-with-escape.ts';
import { NotePeople } from './note-people.tsx';
import type { NoteSession } from './note-session.ts';
import { NoteStatus } from './note-status.tsx';
import classes from './notes.module.css';

interface NoteEditorProps {
  session: NoteSession;
  user: { id: string; displayName: string };
  readOnly: boolean;
}

/** Another writer's place in the text. The server wrote the name and checked the colour. */
function renderCaret(user: { name?: string | null; color?: string | null }): HTMLElement {
  const caret = document.createElement('span');
  caret.className = classes.caret ?? '';
  caret.style.setProperty('--caret-color', user.color ?? 'gray');
  const label = document.createElement('span');
  label.className = classes.caretName ?? '';
  label.textContent = user.name ?? '';
  caret.append(label);
  return caret;
}

/** The text itself, with its toolbar and what is known about its safety. */
export function NoteEditor({ session: { doc, provider }, user, readOnly }: NoteEditorProps) {
  const { t } = useTranslation('notes');
  const keysId = useId();
  // One for the editor's life: it remembers the key before.
  const [leave] = useState(leaveWithEscape);
  useSyncExternalStore(provider.subscribe, provider.state);
  // Offline it stays writable: the server decides when it is back.
  const editable = !readOnly && provider.mayEdit;
  const editor = useEditor(
    {
      extensions: [
        // Undo belongs to the shared history: it takes back one's own words, not the neighbour's.
        StarterKit.configure({ undoRedo: false, link: false }),
        Link,
        Collaboration.configure({ document: doc }),
        CollaborationCaret.configure({ provider, user: { name: user.displayName }, render: renderCaret }),
      ],
      editable,
      editorProps: {
        attributes: {
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': t('editor.label'),
          'aria-describedby': keysId,
          'data-testid': 'note-editor',
        },
        handleDOMEvents: { keydown: leave },
      },
    },
    [doc, provider],
  );
  useEffect(() => {
    editor?.setEditable(editable);
    editor?.view.dom.setAttribute('aria-readonly', String(!editable));
  }, [editor, editable]);

  return (
    <RichTextEditor editor={editor} className={classes.editor} withTypographyStyles={false}>
      {editable && <NoteToolbar />}
      <div className={classes.status}>
        <NoteStatus provider={provider} />
        <NotePeople provider={provider} ownId={user.id} />
      </div>
      <VisuallyHidden id={keysId}>{t('editor.keys')}</VisuallyHidden>
      <RichTextEditor.Content className={classes.content} />
    </RichTextEditor>
  );
}

function NoteToolbar() {
  const { t } = useTranslation('notes');
  return (
    <RichTextEditor.Toolbar role="toolbar" aria-label={t('toolbar.label')} className={classes.toolbar}>
      <RichTextEditor.ControlsGroup>
        <RichTextEditor.Bold />
        <RichTextEditor.Italic />
        <RichTextEditor.Code />
        <RichTextEditor.Link />
      </RichTextEditor.ControlsGroup>
      <RichTextEditor.ControlsGroup>
        <RichTextEditor.H1 />
        <RichTextEditor.H2 />
        <RichTextEditor.H3 />
      </RichTextEditor.ControlsGroup>
      <RichTextEditor.ControlsGroup>
        <RichTextEditor.BulletList />
        <RichTextEditor.OrderedList />
        <RichTextEditor.CodeBlock />
      </RichTextEditor.ControlsGroup>
      <RichTextEditor.ControlsGroup>
        <RichTextEditor.Undo />
        <RichTextEditor.Redo />
      </RichTextEditor.ControlsGroup>
    </RichTextEditor.Toolbar>
  );
}
