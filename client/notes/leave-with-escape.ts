import type { EditorView } from '@tiptap/pm/view';

/**
 * A way out for the keyboard (WCAG 2.1.2): in lists Tab indents, so after Escape it moves the focus instead.
 * For `editorProps.handleDOMEvents.keydown`: true takes the key from the editor and leaves it to the browser.
 */
export function leaveWithEscape(): (view: EditorView, event: KeyboardEvent) => boolean {
  let leaving = false;
  return (_view, event) => {
    if (event.key === 'Tab') return leaving;
    if (event.key !== 'Shift') leaving = event.key === 'Escape';
    return false;
  };
}
