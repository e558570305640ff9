import * as Y from 'yjs';

/** Whole documents, computed: runs in the state thread, never on the main one. Pure. */

/** `Y.mergeUpdates` over a long list is quadratic; in steps of this many it is not. */
const mergeStep = 50;

/** Longer text would not make search better, and PostgreSQL refuses search vectors above 1 MiB. */
const plainTextLength = 100_000;

/** Updates merged into few: in steps, and one by one where Yjs cannot merge them. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array[] {
  const merged: Uint8Array[] = [];
  for (let i = 0; i < updates.length; i += mergeStep) {
    const step = updates.slice(i, i + mergeStep);
    try {
      merged.push(step.length === 1 ? step[0]! : Y.mergeUpdates(step));
    } catch {
      merged.push(...step);
    }
  }
  return merged;
}

/** One update that holds all of `updates`. */
export function mergeToOne(updates: readonly Uint8Array[]): Uint8Array {
  let rest = [...updates];
  while (rest.length > 1) {
    const merged = mergeUpdates(rest);
    if (merged.length === rest.length) return Y.mergeUpdates(rest);
    rest = merged;
  }
  return rest[0] ?? Y.encodeStateAsUpdate(new Y.Doc());
}

/** A document as it is stored in a snapshot. `plainText` is null when the updates could only be merged. */
export interface BuiltState {
  state: Uint8Array;
  stateVector: Uint8Array;
  plainText: string | null;
}

/**
 * Applies everything in one transaction and encodes the outcome, which drops deleted content. An update that decodes
 * but cannot be applied must not cost anybody the document: then all are merged, which loses nothing.
 */
export function buildState(updates: readonly Uint8Array[]): BuiltState {
  const doc = new Y.Doc();
  try {
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return {
      state: Y.encodeStateAsUpdate(doc),
      stateVector: Y.encodeStateVector(doc),
      plainText: plainText(doc),
    };
  } catch {
    const state = mergeToOne(updates);
    return { state, stateVector: Y.encodeStateVectorFromUpdate(state), plainText: null };
  } finally {
    doc.destroy();
  }
}

/** The text of the editor's root (`default`), one line per block: for search and previews. */
function plainText(doc: Y.Doc): string {
  const lines: string[] = [];
  let length = 0;
  const visit = (node: unknown): void => {
    if (length > plainTextLength) return;
    if (node instanceof Y.XmlText) {
      const text = node
        .toDelta()
        .reduce(
          (all: string, part: { insert?: unknown }) =>
            all + (typeof part.insert === 'string' ? part.insert : ''),
          '',
        );
      length += text.length;
      lines.push(text);
    } else if (node instanceof Y.XmlFragment) node.toArray().forEach(visit);
  };
  try {
    visit(doc.getXmlFragment('default'));
  } catch {
    // Another program's document: its root may be of another kind. It has no text for us.
  }
  // PostgreSQL stores no NUL.
  return lines.join('\n').replaceAll('\0', '').slice(0, plainTextLength);
}
