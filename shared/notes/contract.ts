import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';

/** Close codes of a note's socket (WIRE.md). 44xx are final for y-websocket 3.1; 1012 and 1013 invite a retry. */
export const noteCloseCodes = {
  token: 4401,
  rights: 4403,
  missing: 4404,
  tooLarge: 4413,
  tooFast: 4429,
  restart: 1012,
  tryAgain: 1013,
} as const;

/** Message types of the y-websocket protocol, and ours: 100 acknowledges commits, only with `ack=1` in the query. */
export const noteMessages = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3, committed: 100 } as const;

export const noteAccess = z.enum(['none', 'view', 'edit']);
export type NoteAccess = z.infer<typeof noteAccess>;

export const notesRoutes = {
  token: defineRoute({
    id: 'notes.token',
    method: 'POST',
    path: '/notes/:documentId/token',
    summary: 'A token for the note’s socket: this document, this sign-in, 12 hours.',
    access: 'user',
    permission: { slug: 'note.read', on: { type: 'note', param: 'documentId' }, personOnly: true },
    params: z.object({ documentId: id }),
    reply: z.object({ token: z.string(), expiresAt: instant, access: noteAccess }),
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
};
