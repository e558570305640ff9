import type { EntityManager } from '@mikro-orm/postgresql';
import { iso } from '../../shared/kernel/time.ts';
import type { NoteAccess } from '../../shared/notes/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Tokens } from '../kernel/tokens.ts';
import { NoteDocument } from './note-document.entity.ts';
import type { NoteClaims } from './notes.socket.ts';

/** A class plus its preparation and its end; each connect checks sign-in and rights again. */
const tokenSeconds = 12 * 60 * 60;

export interface NewClassNote {
  organizationId: string;
  liveSessionId: string;
  ownerId: string;
  title: string;
}

/** What a note token's bearer may do, told together with the token. */
export interface NoteToken {
  token: string;
  expiresAt: string;
  access: NoteAccess;
}

interface ServiceDeps {
  clock: Clock;
  ids: Ids;
  tokens: Tokens;
  authorize: (userId: string, documentId: string) => Promise<NoteAccess | null>;
}

/** What can be asked of notes apart from their sockets. */
export function createNotesService({ clock, ids, tokens, authorize }: ServiceDeps) {
  return {
    async createForClass({ em }: Transaction, input: NewClassNote): Promise<string> {
      // The class itself may still wait in the unit of work.
      await em.flush();
      // The partial unique index decides who was first; the other gets that one's id.
      await em.execute(
        `insert into note_documents (id, organization_id, scope, live_session_id, owner_id, title, created_at, updated_at)
         values (?, ?, 'live_session', ?, ?, ?, ?, ?)
         on conflict (live_session_id) where scope = 'live_session' and is_primary and deleted_at is null do nothing`,
        [
          ids.uuid(),
          input.organizationId,
          input.liveSessionId,
          input.ownerId,
          input.title,
          clock.now(),
          clock.now(),
        ],
      );
      const documentId = (await primaryForClasses(em, [input.liveSessionId])).get(input.liveSessionId);
      if (!documentId) throw new Error('the note of a class is neither there nor made');
      return documentId;
    },

    primaryForClasses,

    async issueToken(actor: UserActor, documentId: string): Promise<NoteToken> {
      const access = await authorize(actor.userId, documentId);
      if (access === null) throw new AppError('not_found');
      if (access === 'none') throw new AppError('forbidden');
      const claims: NoteClaims = {
        sub: actor.userId,
        sid: actor.authSessionId,
        doc: documentId,
        name: actor.displayName,
      };
      const { token, expiresAt } = tokens.sign('note', claims, tokenSeconds);
      return { token, expiresAt: iso(expiresAt), access };
    },
  };
}

/** The documents that classes open by default, by class. */
async function primaryForClasses(em: EntityManager, liveSessionIds: string[]): Promise<Map<string, string>> {
  if (liveSessionIds.length === 0) return new Map();
  const documents = await em
    .fork({ keepTransactionContext: true })
    .find(
      NoteDocument,
      { scope: 'live_session', liveSessionId: { $in: liveSessionIds }, isPrimary: true },
      { fields: ['id', 'liveSessionId'] },
    );
  return new Map(documents.map(({ id, liveSessionId }) => [liveSessionId!, id]));
}
