import type { Bus } from './bus.ts';
import { Outgoing } from './outgoing.ts';
import type { Signal } from './outgoing.ts';
import type { RoomFeed } from './room-feed.ts';
import type { LoggedFact } from './room-log.ts';

/** One connection that hears a room. */
export interface Listener {
  userId: string;
  out: Outgoing;
}

/**
 * Who hears a room on this node. All of them share one subscription to its facts and signals, so that what goes to
 * everybody is encoded once, not once for each.
 */
export interface RoomAudience {
  /**
   * Facts and signals of a room, from now on, to one connection, until the function that it answers with is called.
   * Resolves when the subscription stands, as {@link RoomFeed.subscribe} does.
   */
  join(room: string, listener: Listener): Promise<() => void>;
  /** Tells a room something that is not kept, on every node. */
  signal(room: string, signal: Signal): void;
}

/** Everybody in a room, as long as there is anybody. */
interface Audience {
  listeners: Set<Listener>;
  /** Ends the subscription once it stands. */
  subscribed: Promise<() => void>;
}

/** Signals travel on the bus, like facts. */
const signalTopic = (room: string): string => `signals:${room}`;

export function createRoomAudience(feed: RoomFeed, bus: Bus): RoomAudience {
  const audiences = new Map<string, Audience>();

  function open(room: string): Audience {
    const listeners = new Set<Listener>();
    const audience = { listeners, subscribed: subscribe(room, listeners) };
    audiences.set(room, audience);
    return audience;
  }

  async function subscribe(room: string, listeners: ReadonlySet<Listener>): Promise<() => void> {
    const stopFacts = await feed.subscribe(room, (facts) => {
      for (const fact of facts) deliver(listeners, fact);
    });
    const stopSignals = bus.subscribe(signalTopic(room), (message) => {
      Outgoing.signalAll(outs(listeners), message as Signal);
    });
    return () => {
      stopFacts();
      stopSignals();
    };
  }

  /** The last one gone ends the subscription; a failed one is there to be made anew. */
  function leave(room: string, audience: Audience, listener: Listener): void {
    audience.listeners.delete(listener);
    if (audience.listeners.size > 0 || audiences.get(room) !== audience) return;
    audiences.delete(room);
    audience.subscribed.then(
      (stop) => stop(),
      () => undefined,
    );
  }

  return {
    async join(room, listener) {
      const audience = audiences.get(room) ?? open(room);
      audience.listeners.add(listener);
      try {
        await audience.subscribed;
      } catch (error) {
        leave(room, audience, listener);
        throw error;
      }
      return () => leave(room, audience, listener);
    },
    signal: (room, signal) => bus.publish(signalTopic(room), signal),
  };
}

const outs = (listeners: Iterable<Listener>): Outgoing[] => Array.from(listeners, ({ out }) => out);

/** Whom a fact is not meant for learns that there was one, or would take its `seq` for a gap. */
function deliver(listeners: ReadonlySet<Listener>, { seq, type, at, payload, audience }: LoggedFact): void {
  const all = [...listeners];
  const isMeant = ({ userId }: Listener): boolean => !audience || audience.userIds.includes(userId);
  Outgoing.factToAll(outs(all.filter(isMeant)), type, { seq, type, at, ...payload });
  Outgoing.factToAll(outs(all.filter((one) => !isMeant(one))), 'skip', { seq, type: 'skip' });
}
