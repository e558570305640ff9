const prefix = 'lectern-note:';

/** The database of this browser that keeps a note of a person while there is no network. */
export const keptNote = (userId: string, documentId: string): string => `${prefix}${userId}:${documentId}`;

/** Deletes what this browser keeps of notes. One that a page still holds open goes when that page lets go of it. */
export async function forgetNotes(): Promise<void> {
  try {
    for (const { name } of await indexedDB.databases())
      if (name?.startsWith(prefix)) indexedDB.deleteDatabase(name);
  } catch {
    // Without storage nothing was left.
  }
}
