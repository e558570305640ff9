import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';

/** Where a page of a list ended: the values that it is sorted by, the id last. */
export const writePlace = (place: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws AppError invalid_input */
export function readPlace<T>(text: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (error) {
    throw new AppError(
      'invalid_input',
      { errors: [{ path: 'cursor', code: 'custom', message: 'This is no place in this list.' }] },
      { cause: error },
    );
  }
}

/** An instant as PostgreSQL writes it in full, and an id. */
export const momentAndId = z.tuple([z.iso.datetime({ precision: 6 }), z.uuid()]);
/** A level, a name and an id. */
export const levelNameAndId = z.tuple([z.int(), z.string().max(400), z.uuid()]);
