import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../kernel/db/columns.ts';

const ChatMessageSchema = defineEntity({
  name: 'ChatMessage',
  tableName: 'live_chat_messages',
  properties: {
    id: columns.id(),
    sessionId: p.uuid(),
    senderId: p.uuid().nullable(),
    kind: p.enum(['text', 'file', 'system'] as const).default('text'),
    content: p.text(),
    /** Of its fact: what orders the lines. */
    seq: p.bigint('number').default(0),
    hiddenAt: columns.instant().nullable(),
    createdAt: columns.created(),
  },
});

/** A line of a class's public chat. */
export class ChatMessage extends ChatMessageSchema.class {}
ChatMessageSchema.setClass(ChatMessage);
