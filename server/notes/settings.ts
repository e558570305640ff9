import { limits } from '../../shared/kernel/limits.ts';

/** Numbers an operator or a test may want to differ. Bytes and milliseconds unless the name says otherwise. */
export interface NoteSettings {
  /** Updates since its last snapshot after which a document is compacted, and the least time between two such. */
  snapshotEveryUpdates: number;
  snapshotEveryMs: number;
  /** The least time between two writes of others' edits to the same socket: below what anybody sees. */
  relayEveryMs: number;
  /** The document as stored: its snapshot and the log after it. */
  documentBytes: number;
  /** The largest row of the log; what is larger becomes a snapshot. */
  updateBytes: number;
  /** The least time between the starts of two append statements; what comes after a pause does not wait. */
  appendEveryMs: number;
  /** Rows and bytes of one append statement. */
  batchRows: number;
  batchBytes: number;
  /** Received but not yet stored; above it a socket is not read. */
  unstoredBytesPerSocket: number;
  /** Written to a socket but not yet taken by its client; above it the client is told to come back later. */
  unsentBytesPerSocket: number;
  /** Token bucket of one socket: sync frames, and a socket's own awareness. */
  framesPerSecond: number;
  framesBurst: number;
  bytesPerSecond: number;
  bytesBurst: number;
  /** Sockets of one person on one document. */
  socketsPerPerson: number;
  /** From the completed upgrade to the verdict about token, session and rights. */
  authenticationMs: number;
  /** A client that heard nothing for this long gets its own awareness back; stock clients hang up after 30 s. */
  echoAfterMs: number;
  /** Between two pings; a socket that answered none of the last is cut. */
  pingEveryMs: number;
  /** The append statement; a hang must end in a known outcome. */
  appendTimeoutMs: number;
  /** For a document's row that somebody else holds; then the other documents of the batch go ahead without it. */
  appendLockMs: number;
}

export const defaultNoteSettings: NoteSettings = {
  snapshotEveryUpdates: 200,
  snapshotEveryMs: 5000,
  relayEveryMs: 2,
  appendEveryMs: 20,
  documentBytes: limits.noteDocumentBytes,
  updateBytes: limits.noteUpdateBytes,
  batchRows: 500,
  batchBytes: 4 * 1024 * 1024,
  unstoredBytesPerSocket: 4 * 1024 * 1024,
  unsentBytesPerSocket: 8 * 1024 * 1024,
  framesPerSecond: 200,
  framesBurst: 1000,
  bytesPerSecond: 8 * 1024 * 1024,
  bytesBurst: 48 * 1024 * 1024,
  socketsPerPerson: 50,
  authenticationMs: 10_000,
  echoAfterMs: 10_000,
  pingEveryMs: 20_000,
  appendTimeoutMs: 8000,
  appendLockMs: 3000,
};
