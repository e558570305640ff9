import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError, invalidInput, toAppError } from '../../server/kernel/errors.ts';

describe('what a client is told', () => {
  it.each([
    [Object.assign(new Error('could not extend file'), { code: '53100' }), 'storage_full', 507],
    [Object.assign(new Error('terminating connection'), { code: '57P01' }), 'unavailable', 503],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unavailable', 503],
    [new Error('Connection terminated unexpectedly'), 'unavailable', 503],
    [
      Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' }),
      'unavailable',
      503,
    ],
    [
      Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
      'unavailable',
      503,
    ],
    [new Error('Query read timeout'), 'unavailable', 503],
    [new TypeError('x is not a function'), 'internal', 500],
    [new AppError('session_full'), 'session_full', 409],
    ['a thrown string', 'internal', 500],
  ])('%s', (thrown, code, status) => {
    expect(toAppError(thrown)).toMatchObject({ code, status });
  });

  it('names every refused field, also the unknown one', () => {
    const result = z
      .strictObject({ a: z.number(), b: z.object({ c: z.string() }) })
      .safeParse({ a: 'x', b: { c: 1 }, role: 'admin' });
    if (result.success) throw new Error('should not parse');
    expect(invalidInput(result.error).data?.errors.map((error) => error.path)).toEqual(['a', 'b.c', 'role']);
  });
});
