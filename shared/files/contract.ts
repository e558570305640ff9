import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';

/** REST operations of stored files. */
export const filesRoutes = {
  content: defineRoute({
    id: 'files.content',
    method: 'GET',
    path: '/files/:fileId',
    summary:
      'The bytes of a picture. Its address holds a key that cannot be guessed, so that pages can show it.',
    access: 'public',
    params: z.object({ fileId: id }),
    query: z.strictObject({ key: z.string().min(1).max(64) }),
    reply: z.unknown(),
    status: 200,
    errors: ['not_found', 'invalid_input', 'rate_limited'],
    rate: { points: 6000, seconds: 60, by: 'address' },
  }),
};
