import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/**
 * What a log holds, told without a resident document: per client the ranges of clocks whose structs it has, and those
 * it knows deleted. Enough to write a state vector and to tell what an update adds. Pure.
 */

/** Half-open ranges `[client, start, end]`, flattened, so that they cross a thread cheaply. */
export type Extents = number[];

/** What one update carries. */
export interface Contents {
  structs: Extents;
  deletes: Extents;
}

/** @throws when the bytes are not a Yjs update (version 1). */
export function readContents(update: Uint8Array): Contents {
  return contentsOf(Y.decodeUpdate(update));
}

/** Of an update that comes from outside. @throws also when it decodes but could not be applied. */
export function readForeignContents(update: Uint8Array): Contents {
  const decoded = Y.decodeUpdate(update);
  for (const struct of decoded.structs) if (struct instanceof Y.Item) assertApplicable(struct);
  return contentsOf(decoded);
}

function contentsOf({ structs, ds }: ReturnType<typeof Y.decodeUpdate>): Contents {
  const found: Contents = { structs: [], deletes: [] };
  for (const struct of structs) {
    // A skip stands for structs that the sender does not have either.
    if (struct instanceof Y.Skip) continue;
    extend(found.structs, struct.id.client, struct.id.clock, struct.id.clock + struct.length);
  }
  for (const [client, ranges] of ds.clients) {
    for (const { clock, len } of ranges) extend(found.deletes, client, clock, clock + len);
  }
  return found;
}

/**
 * An item can only hang on what its client wrote before it. Yjs relies on that without a check: applying a forged
 * reference throws half-way, on every client and for ever, so it must not get into the log.
 */
function assertApplicable({ id, origin, rightOrigin, parent }: Y.Item): void {
  for (const reference of [origin, rightOrigin, parent]) {
    if (reference instanceof Y.ID && reference.client === id.client && reference.clock >= id.clock) {
      throw new Error('an item refers to a later one of its own client');
    }
  }
}

function extend(extents: Extents, client: number, start: number, end: number): void {
  const last = extents.length - 3;
  if (extents[last] === client && extents[last + 2] === start) extents[last + 2] = end;
  else extents.push(client, start, end);
}

export const isEmpty = (contents: Contents): boolean =>
  contents.structs.length === 0 && contents.deletes.length === 0;

/** A set of clocks per client. */
export class ClockSet {
  /** Per client: start, end, start, end ... sorted, disjoint, not touching. */
  readonly #ranges = new Map<number, number[]>();

  addAll(extents: Extents): void {
    for (let i = 0; i < extents.length; i += 3) this.#add(extents[i]!, extents[i + 1]!, extents[i + 2]!);
  }

  /** The parts of `extents` that are not in the set. */
  missing(extents: Extents): Extents {
    const missing: Extents = [];
    for (let i = 0; i < extents.length; i += 3)
      this.#missing(extents[i]!, extents[i + 1]!, extents[i + 2]!, missing);
    return missing;
  }

  /** Per client how many clocks from 0 on are here without a gap: a Yjs state vector, encoded. */
  stateVector(): Uint8Array {
    const clocks = [...this.#ranges].filter(([, ranges]) => ranges[0] === 0);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, clocks.length);
    for (const [client, ranges] of clocks) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, ranges[1]!);
    }
    return encoding.toUint8Array(encoder);
  }

  #add(client: number, start: number, end: number): void {
    if (end <= start) return;
    const ranges = this.#ranges.get(client);
    if (!ranges) {
      this.#ranges.set(client, [start, end]);
      return;
    }
    // From the first range that reaches `start` to the last that begins by `end`: they become one.
    const from = firstEndingAtOrAfter(ranges, start);
    let to = from;
    while (to < ranges.length && ranges[to]! <= end) to += 2;
    if (to > from) {
      start = Math.min(start, ranges[from]!);
      end = Math.max(end, ranges[to - 1]!);
    }
    ranges.splice(from, to - from, start, end);
  }

  #missing(client: number, start: number, end: number, missing: Extents): void {
    const ranges = this.#ranges.get(client) ?? [];
    let at = start;
    for (
      let i = firstEndingAtOrAfter(ranges, start);
      i < ranges.length && ranges[i]! < end && at < end;
      i += 2
    ) {
      if (ranges[i]! > at) missing.push(client, at, ranges[i]!);
      at = Math.max(at, ranges[i + 1]!);
    }
    if (at < end) missing.push(client, at, end);
  }
}

/** Index of the first range whose end is at or after `clock`. */
function firstEndingAtOrAfter(ranges: readonly number[], clock: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle * 2 + 1]! < clock) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** Everything a log holds. */
export class Coverage {
  readonly structs = new ClockSet();
  readonly deletes = new ClockSet();

  add(contents: Contents): void {
    this.structs.addAll(contents.structs);
    this.deletes.addAll(contents.deletes);
  }

  /**
   * The part of `update` that is not covered yet, as an update of its own; null when there is none.
   * A client's answer repeats every deletion it ever saw, so known deletions are cut away too.
   */
  lacking(update: Uint8Array, contents: Contents): { update: Uint8Array; contents: Contents } | null {
    const lacks = {
      structs: this.structs.missing(contents.structs),
      deletes: this.deletes.missing(contents.deletes),
    };
    if (isEmpty(lacks)) return null;
    // The common case, a key pressed: all of it is new.
    if (same(lacks.structs, contents.structs) && same(lacks.deletes, contents.deletes))
      return { update, contents };
    const structs =
      lacks.structs.length === 0 ? noStructs : structsBeyond(update, this.structs.stateVector());
    if (!structs) return { update, contents };
    const rest = concat(structs, encodeDeletes(lacks.deletes));
    return { update: rest, contents: readContents(rest) };
  }
}

const same = (a: Extents, b: Extents): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

const noStructs = Uint8Array.of(0);

/** The struct section of `update` beyond a state vector, without its delete section; null where that cannot be cut. */
function structsBeyond(update: Uint8Array, stateVector: Uint8Array): Uint8Array | null {
  const difference = Y.diffUpdate(update, stateVector);
  const deletes = encodeDeletes(readContents(difference).deletes);
  const at = difference.length - deletes.length;
  // The delete section comes last. Ranges that touch each other are written apart by some clients: then nothing is cut.
  return at > 0 && Buffer.from(difference.subarray(at)).equals(deletes) ? difference.subarray(0, at) : null;
}

/** The delete section of an update (version 1): clients in falling order, as Yjs writes it. */
function encodeDeletes(extents: Extents): Uint8Array {
  const byClient = new Map<number, [number, number][]>();
  for (let i = 0; i < extents.length; i += 3) {
    const ranges = byClient.get(extents[i]!) ?? [];
    ranges.push([extents[i + 1]!, extents[i + 2]! - extents[i + 1]!]);
    byClient.set(extents[i]!, ranges);
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, byClient.size);
  for (const [client, ranges] of [...byClient].toSorted(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
  return encoding.toUint8Array(encoder);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Whether a client has nothing yet: its state vector is empty. */
export const isEmptyStateVector = (stateVector: Uint8Array): boolean =>
  stateVector.length === 0 || decoding.readVarUint(decoding.createDecoder(stateVector)) === 0;
