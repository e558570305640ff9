import { notesRoutes } from '../../shared/notes/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Notes } from './index.ts';

/** REST below `/api/v1/notes`. */
export const notesHandlers = (notes: Notes): BoundRoute[] => [
  route(notesRoutes.token, ({ actor, params }) => notes.issueToken(actor, params.documentId)),
];
