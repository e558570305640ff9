/**
 * Marks are what the bench's writers type: who, which one, and when, at a fixed width. Yjs keeps text as it is inside
 * its updates, also in merged ones, so a mark is found in a frame by reading the bytes, without a document. Every
 * client is as cheap as the next, whatever server it speaks to.
 */

export interface Mark {
  writer: number;
  index: number;
  /** When it was typed, in milliseconds of the load process's own clock. */
  at: number;
}

const pattern = /~(\d{3}):(\d{6}):(\d{9}\.\d)~/g;

export const markText = ({ writer, index, at }: Mark): string =>
  `~${String(writer).padStart(3, '0')}:${String(index).padStart(6, '0')}:${at.toFixed(1).padStart(11, '0')}~`;

/** All marks in a text, in the order they stand there. */
export function marksIn(text: string): Mark[] {
  if (!text.includes('~')) return [];
  return Array.from(text.matchAll(pattern), ([, writer, index, at]) => ({
    writer: Number(writer),
    index: Number(index),
    at: Number(at),
  }));
}

/** Frames of the last moment, since a server sends the same bytes to everybody. */
const remembered = 4096;

/** Reads marks from frames; the same bytes are read once, however many clients receive them. */
export class MarkReader {
  #known = new Map<string, Mark[]>();

  read(frame: Buffer): readonly Mark[] {
    const text = frame.toString('latin1');
    const known = this.#known.get(text);
    if (known) return known;
    if (this.#known.size > remembered) this.#known = new Map();
    const marks = marksIn(text);
    this.#known.set(text, marks);
    return marks;
  }
}
