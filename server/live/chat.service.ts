import { iso } from '../../shared/kernel/time.ts';
import type { UserActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { once } from '../kernel/realtime/idempotency.ts';
import { ChatMessage } from './chat-message.entity.ts';
import { appendFacts } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { heardInClass } from './in-class.ts';
import { isChatLocked } from './live.presenter.ts';

export interface ChatService {
  /** @throws AppError chat_locked, and what every event in a class may throw */
  send(
    actor: UserActor,
    sessionId: string,
    input: { key: string; text: string },
  ): Promise<{ id: string; sentAt: string }>;
}

export function createChatService(deps: LiveDeps): ChatService {
  const { db, clock, ids } = deps;
  return {
    send: (actor, sessionId, { key, text }) =>
      db.transaction((tx) =>
        once(
          tx,
          clock,
          { userId: actor.userId, key, operation: 'chat.send', input: { sessionId, text } },
          async () => {
            const here = await heardInClass(deps, tx.em, actor, sessionId);
            if (isChatLocked(here) && !here.moderator) throw new AppError('chat_locked');
            const id = ids.uuid();
            const now = clock.now();
            const sentAt = iso(now);
            const [fact] = await appendFacts(deps, tx, sessionId, [
              {
                type: 'chat.sent',
                id,
                userId: actor.userId,
                displayName: actor.displayName,
                text,
                sentAt,
                key,
              },
            ]);
            // After the fact, whose place is the place of the line: the snapshot shows the order that everybody saw.
            await tx.em.insert(ChatMessage, {
              id,
              sessionId,
              senderId: actor.userId,
              kind: 'text',
              content: text,
              seq: fact?.seq ?? 0,
              createdAt: now,
            });
            return { id, sentAt };
          },
        ),
      ),
  };
}
