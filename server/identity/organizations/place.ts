import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';

/** Where a page of a list ended: the value it is sorted by, and the id. */
export interface Place {
  key: string;
  id: string;
}

const shape = z.tuple([z.string(), z.uuid()]);

export const writeCursor = ({ key, id }: Place): string =>
  Buffer.from(JSON.stringify([key, id])).toString('base64url');

/** @throws AppError invalid_input */
export function readCursor(text: string | undefined): Place | null {
  if (text === undefined) return null;
  try {
    const [key, id] = shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    // PostgreSQL has no text with a zero byte.
    if (!key.includes('\0')) return { key, id };
  } catch {
    // Falls through: whatever is wrong with it, it is no cursor of ours.
  }
  throw new AppError('invalid_input', {
    errors: [{ path: 'cursor', code: 'custom', message: 'This is no place in this list.' }],
  });
}

/** Percent and underscore are no wildcards in what somebody types. */
export const literal = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('\0', '')
    .replaceAll(/[\\%_]/g, String.raw`\$&`);
