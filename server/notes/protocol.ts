import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { noteMessages } from '../../shared/notes/contract.ts';

/**
 * The frames of the y-websocket protocol (y-protocols 1.0, PROTOCOL.md) and our acknowledgement. Pure: bytes in,
 * values out. A frame is varUint type and a payload; a sync payload is varUint step and a length-prefixed array.
 */

const steps = { stateVector: 0, difference: 1, update: 2 } as const;
const permissionDenied = 0;

/** What a client may say. */
export type ClientFrame =
  /** SyncStep1: what the client has. */
  | { kind: 'step1'; stateVector: Uint8Array }
  /** SyncStep2 (an answer to our SyncStep1) or a fresh update. */
  | { kind: 'step2' | 'update'; update: Uint8Array }
  | { kind: 'awareness'; update: Uint8Array }
  | { kind: 'query-awareness' }
  /** A type this server does not know: ignored, so that clients may be newer than the server. */
  | { kind: 'unknown'; type: number };

/** One client's presence. `state` null: gone. */
export interface AwarenessEntry {
  clientId: number;
  clock: number;
  /** JSON text. */
  state: string;
}

/** Bytes that are not a frame of this protocol. */
export class MalformedFrame extends Error {
  constructor(cause: unknown) {
    super('malformed frame', { cause });
    this.name = 'MalformedFrame';
  }
}

/** @throws MalformedFrame */
export function readFrame(data: Uint8Array): ClientFrame {
  try {
    const decoder = decoding.createDecoder(data);
    const type = decoding.readVarUint(decoder);
    switch (type) {
      case noteMessages.sync:
        return readSync(decoder);
      case noteMessages.awareness:
        return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) };
      case noteMessages.queryAwareness:
        return { kind: 'query-awareness' };
      default:
        return { kind: 'unknown', type };
    }
  } catch (error) {
    throw new MalformedFrame(error);
  }
}

function readSync(decoder: decoding.Decoder): ClientFrame {
  const step = decoding.readVarUint(decoder);
  const payload = decoding.readVarUint8Array(decoder);
  switch (step) {
    case steps.stateVector:
      Y.decodeStateVector(payload);
      return { kind: 'step1', stateVector: payload };
    case steps.difference:
      return { kind: 'step2', update: payload };
    case steps.update:
      return { kind: 'update', update: payload };
    default:
      throw new Error(`sync step ${step}`);
  }
}

/**
 * The entries of an awareness update that `wanted` asks for. Stock clients send everybody's state back at every change,
 * so the text of an unwanted entry is skipped, not decoded.
 * @throws MalformedFrame
 */
export function readAwareness(
  update: Uint8Array,
  wanted: (clientId: number, clock: number) => boolean,
): AwarenessEntry[] {
  try {
    const decoder = decoding.createDecoder(update);
    const entries: AwarenessEntry[] = [];
    for (let left = decoding.readVarUint(decoder); left > 0; left -= 1) {
      const clientId = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const text = decoding.readVarUint8Array(decoder);
      if (wanted(clientId, clock))
        entries.push({ clientId, clock, state: Buffer.from(text).toString('utf8') });
    }
    return entries;
  } catch (error) {
    throw new MalformedFrame(error);
  }
}

function frame(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, type);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

function syncFrame(step: number, payload: Uint8Array): Uint8Array {
  return frame(noteMessages.sync, (encoder) => {
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
  });
}

/** SyncStep1: what the server has stored. */
export const stateVectorFrame = (stateVector: Uint8Array): Uint8Array =>
  syncFrame(steps.stateVector, stateVector);

/** SyncStep2: what the client lacks. */
export const differenceFrame = (update: Uint8Array): Uint8Array => syncFrame(steps.difference, update);

/** An edit of somebody else's. */
export const updateFrame = (update: Uint8Array): Uint8Array => syncFrame(steps.update, update);

/** Presence of any number of clients; of none, it is the smallest valid frame. */
export function awarenessFrame(entries: readonly AwarenessEntry[]): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, entries.length);
  for (const { clientId, clock, state } of entries) {
    encoding.writeVarUint(update, clientId);
    encoding.writeVarUint(update, clock);
    encoding.writeVarString(update, state);
  }
  return frame(noteMessages.awareness, (encoder) =>
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(update)),
  );
}

/** A refused edit. The reason begins with an error code of `shared/kernel/errors.ts`. */
export function deniedFrame(reason: string): Uint8Array {
  return frame(noteMessages.auth, (encoder) => {
    encoding.writeVarUint(encoder, permissionDenied);
    encoding.writeVarString(encoder, reason);
  });
}

/** How many of the connection's SyncStep2 and Update frames, in order, are committed. */
export const committedFrame = (count: number): Uint8Array =>
  frame(noteMessages.committed, (encoder) => encoding.writeVarUint(encoder, count));

/**
 * Frames as binary WebSocket messages, one after another, as a server writes them: whole and unmasked (RFC 6455, 5.2). Made
 * once and written once for each of many sockets, which costs a fraction of sending every frame to every one.
 */
export function webSocketMessages(frames: readonly Uint8Array[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const payload of frames) {
    writeMessageHeader(encoder, payload.length);
    encoding.writeUint8Array(encoder, payload);
  }
  return encoding.toUint8Array(encoder);
}

const wholeBinaryMessage = 0x82;

function writeMessageHeader(encoder: encoding.Encoder, length: number): void {
  encoding.writeUint8(encoder, wholeBinaryMessage);
  if (length < 126) return encoding.writeUint8(encoder, length);
  const isShort = length < 2 ** 16;
  encoding.writeUint8(encoder, isShort ? 126 : 127);
  const size = Buffer.alloc(isShort ? 2 : 8);
  size.writeUIntBE(length, isShort ? 0 : 2, isShort ? 2 : 6);
  encoding.writeUint8Array(encoder, size);
}
