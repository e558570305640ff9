import { iso } from '../../shared/kernel/time.ts';
import type { UserActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { once } from '../kernel/realtime/idempotency.ts';
import { ChatMessage } from './chat-message.entity.ts';
import { appendFacts } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { inClass } from './in-class.ts';

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
            const { session, moderator } = await inClass(deps, tx.em, actor, sessionId, 'share');
            if (session.chatMode !== 'everyone' && !moderator) throw new AppError('chat_locked');
            const message = {
              id: ids.uuid(),
              sessionId,
              senderId: actor.userId,
              kind: 'text' as const,
              content: text,
              createdAt: clock.now(),
            };
            await tx.em.insert(ChatMessage, message);
            const sentAt = iso(message.createdAt);
            await appendFacts(deps, tx, sessionId, [
              {
                type: 'chat.sent',
                id: message.id,
                userId: actor.userId,
                displayName: actor.displayName,
                text,
                sentAt,
                key,
              },
            ]);
            return { id: message.id, sentAt };
          },
        ),
      ),
  };
}
