import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../kernel/db/columns.ts';

const HandRaiseSchema = defineEntity({
  name: 'HandRaise',
  tableName: 'live_hand_raises',
  properties: {
    id: columns.id(),
    sessionId: p.uuid(),
    participantId: p.uuid(),
    raisedAt: columns.created(),
    loweredAt: columns.instant().nullable(),
    loweredBy: p.uuid().nullable(),
    resolution: p
      .enum(['lowered_self', 'lowered_host', 'granted', 'left', 'session_ended'] as const)
      .nullable(),
  },
});

/** A raised hand; the open ones (`loweredAt` null) in the order of `raisedAt` are the queue. */
export class HandRaise extends HandRaiseSchema.class {}
HandRaiseSchema.setClass(HandRaise);

/** How a hand came down. */
export type HandResolution = NonNullable<HandRaise['resolution']>;
