import { once } from 'node:events';
import type { Response } from 'express';

/**
 * Sends an answer piece by piece, as fast as its reader reads. After the first piece an error cannot be told any more: the
 * connection is cut off, so that nobody takes a part for the whole.
 */
export async function sendPieces(res: Response, pieces: AsyncIterable<string>): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (res.closed) return;
      if (!res.write(piece)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    }
    res.end();
  } catch (error) {
    if (res.headersSent) res.destroy();
    throw error;
  }
}
