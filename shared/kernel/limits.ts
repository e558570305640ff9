/** Limits that both sides show or enforce. Bytes unless the name says otherwise. */
export const limits = {
  /** Body of a REST request. */
  restBodyBytes: 64 * 1024,
  /** One Socket.IO packet; media parameters with many codecs stay well below. */
  socketPacketBytes: 64 * 1024,
  /** One frame on a note's socket. A larger offline edit is refused with 4413. */
  noteFrameBytes: 16 * 1024 * 1024,
  /** One stored row of a note's log; what is larger is stored as a snapshot. */
  noteUpdateBytes: 1024 * 1024,
  /** A whole note, encoded. */
  noteDocumentBytes: 16 * 1024 * 1024,
  /** An awareness state (cursor, name, colour). */
  awarenessBytes: 4 * 1024,
  chatLength: 4000,
  /** Sockets of one person in one class: tabs and devices together. */
  connectionsPerPerson: 8,
  /** Sockets of one person on one channel, and on all notes, of one node. */
  socketsPerPerson: 60,
  /** Guests of one class, present or not. */
  guestsPerClass: 300,
  /** Facts a `resume` answers before it says `resync`. */
  resumeFacts: 1000,
  /** Chat lines that arrive with a snapshot; older ones are fetched by page. */
  snapshotChat: 200,
} as const;
