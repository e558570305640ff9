import { limits } from '../../shared/kernel/limits.ts';
import { awarenessFrame, readAwareness } from './protocol.ts';
import type { AwarenessEntry } from './protocol.ts';

/** Who a socket belongs to, as its token says. */
export interface NoteUser {
  id: string;
  name: string;
}

/** What presence needs to know of a socket. The same object stands for the same socket. */
export interface AwarenessHolder {
  readonly user: NoteUser;
}

/** A client id that was seen in this room: whose it is, and what the others were last told about it. */
interface Presence<H> {
  userId: string;
  holder: H | null;
  /** The holder's own entry, for the echo. */
  own: AwarenessEntry | null;
  /** The clock the others know; always rises, also over a reconnect with an old clock or a restart of the server. */
  clock: number;
}

/** Client ids of people who left are remembered up to this many, so that nobody else takes them. */
const remembered = 5000;

/**
 * Presence in one room. Each socket speaks for one client id only, the first of its own it names; the `user` in its
 * state is replaced by the token's, so neither can be forged. States are relayed, never stored.
 */
export class RoomAwareness<H extends AwarenessHolder> {
  readonly #presences = new Map<number, Presence<H>>();
  readonly #clientIds = new Map<H, number>();
  #changed = new Set<number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes a socket's awareness update; entries of others are dropped in silence, as stock clients re-send them.
   * @returns whether there was anything of the socket's own in it.
   * @throws MalformedFrame
   */
  receive(holder: H, update: Uint8Array): boolean {
    const own = this.#clientIds.get(holder);
    const entries = readAwareness(update, (clientId, clock) =>
      own === undefined ? this.#isFree(clientId, clock, holder) : clientId === own,
    );
    const entry = own === undefined ? entries.find(({ state }) => state !== 'null') : entries.at(-1);
    if (!entry) return false;
    this.#clientIds.set(holder, entry.clientId);
    this.#update(holder, entry);
    return true;
  }

  /** The socket's Yjs client id, once it has named it. */
  clientId(holder: H): number | null {
    return this.#clientIds.get(holder) ?? null;
  }

  /** The socket is gone: so is what it showed. */
  leave(holder: H): void {
    const clientId = this.#clientIds.get(holder);
    this.#clientIds.delete(holder);
    const presence = clientId === undefined ? undefined : this.#presences.get(clientId);
    // The same person may be back on a newer socket already.
    if (clientId === undefined || presence?.holder !== holder) return;
    presence.holder = null;
    if (presence.own) this.#tell(clientId, presence, null);
  }

  /** Everybody but the socket itself; null when it is alone. */
  others(holder: H): Uint8Array | null {
    const own = this.#clientIds.get(holder);
    const entries = [...this.#presences.keys()]
      .filter((clientId) => clientId !== own)
      .flatMap((clientId) => this.#entry(clientId) ?? []);
    return entries.length > 0 ? awarenessFrame(entries) : null;
  }

  /** The socket's own presence, told back to it as a sign of life. */
  echo(holder: H): Uint8Array {
    const clientId = this.#clientIds.get(holder);
    const presence = clientId === undefined ? undefined : this.#presences.get(clientId);
    return awarenessFrame(presence?.holder === holder && presence.own ? [presence.own] : []);
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** What changed since the last call, as one frame for everybody and one without a socket's own entry. */
  takeChanges(): (holder: H) => Uint8Array | null {
    const changed = [...this.#changed];
    this.#changed = new Set();
    const entries = changed.map((clientId) => this.#entry(clientId) ?? this.#gone(clientId));
    const everybody = awarenessFrame(entries);
    return (holder) => {
      const own = this.#clientIds.get(holder);
      if (own === undefined || !changed.includes(own)) return everybody;
      const rest = entries.filter(({ clientId }) => clientId !== own);
      return rest.length > 0 ? awarenessFrame(rest) : null;
    };
  }

  /** Never seen, or the same person's come back on a new socket; with our own clock on it, it is only sent back to us. */
  #isFree(clientId: number, clock: number, holder: H): boolean {
    const presence = this.#presences.get(clientId);
    return !presence || (presence.userId === holder.user.id && presence.clock !== clock);
  }

  #update(holder: H, entry: AwarenessEntry): void {
    const presence = this.#presences.get(entry.clientId) ?? {
      userId: holder.user.id,
      holder,
      own: null,
      clock: 0,
    };
    if (!this.#presences.has(entry.clientId)) this.#remember(entry.clientId, presence);
    // An older socket of the same person keeps silent from now on.
    if (presence.holder && presence.holder !== holder) this.#isNewest(presence.holder, holder);
    presence.holder = holder;
    const state = entry.state === 'null' ? null : pinUser(entry.state, holder.user);
    if (state === undefined) return;
    this.#tell(entry.clientId, presence, state === null ? null : { ...entry, state });
  }

  #isNewest(older: H, newer: H): void {
    const clientId = this.#clientIds.get(newer)!;
    // -1 is no client id: the older socket can name neither this one again nor another.
    if (this.#clientIds.get(older) === clientId) this.#clientIds.set(older, -1);
  }

  #tell(clientId: number, presence: Presence<H>, own: AwarenessEntry | null): void {
    presence.own = own;
    presence.clock = Math.max(presence.clock + 1, this.#now());
    this.#changed.add(clientId);
  }

  #entry(clientId: number): AwarenessEntry | null {
    const presence = this.#presences.get(clientId);
    return presence?.own ? { clientId, clock: presence.clock, state: presence.own.state } : null;
  }

  #gone(clientId: number): AwarenessEntry {
    return { clientId, clock: this.#presences.get(clientId)?.clock ?? this.#now(), state: 'null' };
  }

  #remember(clientId: number, presence: Presence<H>): void {
    this.#presences.set(clientId, presence);
    if (this.#presences.size <= remembered) return;
    for (const [id, { holder }] of this.#presences) {
      if (holder || this.#changed.has(id)) continue;
      this.#presences.delete(id);
      break;
    }
  }
}

/** The state with `user` from the token; a colour of the client's own choice stays if it is one. Undefined: refused. */
function pinUser(text: string, user: NoteUser): string | undefined {
  if (Buffer.byteLength(text) > limits.awarenessBytes) return undefined;
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state !== 'object' || state === null || Array.isArray(state)) return undefined;
    const { color } = ((state as { user?: unknown }).user ?? {}) as { color?: unknown };
    const chosen = typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : colourOf(user.id);
    return JSON.stringify({ ...state, user: { id: user.id, name: user.name, color: chosen } });
  } catch {
    return undefined;
  }
}

/** Dark enough for white text on them (contrast of 4.5 to 1 and more). */
const colours = [
  '#b3261e',
  '#8a4b08',
  '#4f6400',
  '#0b6b3a',
  '#00658a',
  '#2f4fb5',
  '#6a3fb0',
  '#9c2a75',
] as const;

/** The same person, the same colour. */
function colourOf(userId: string): string {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return colours[hash % colours.length]!;
}
