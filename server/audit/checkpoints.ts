import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transaction } from '../kernel/db/database.ts';
import {
  addCheckpoint,
  dropMonths,
  droppable,
  latestCheckpointSeq,
  lockHead,
  readHead,
} from './audit.repository.ts';
import type { ChainKey, Checkpoint } from './chain.ts';
import type { AuditDeps } from './index.ts';

/** Beside the database, so that a database that was put back does not take its witness with it. */
export const checkpointFile = (dataDir: string): string => join(dataDir, 'audit-checkpoints.log');

/** One line of the file. Bytes in hexadecimal. */
export interface CheckpointLine {
  chainId: string;
  seq: number;
  mac: string;
  at: string;
  signature: string;
}

const retentionYears = 7;
const tailBytes = 4096;

/** The end of a file; nothing where there is none. */
async function lastBytes(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - tailBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from);
      return buffer.subarray(0, bytesRead).toString('latin1');
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

export interface Checkpoints {
  /** Signs how far the chain has come, in the database and in the file; nothing where it has come no further. */
  take(): Promise<void>;
  /** Drops whole months that are older than seven years, and signs where the chain begins from then on. */
  retain(): Promise<void>;
}

export function createCheckpoints(deps: AuditDeps, key: ChainKey): Checkpoints {
  const { db, clock, log, dataDir } = deps;

  async function write(line: CheckpointLine): Promise<void> {
    await mkdir(dataDir, { recursive: true });
    const path = checkpointFile(dataDir);
    const tail = await lastBytes(path);
    const file = await open(path, 'a', 0o600);
    try {
      // What a crash left of a line would make the next one unreadable too.
      const half = tail.length - (tail.lastIndexOf('\n') + 1);
      if (half > 0 && half < tailBytes) await file.truncate((await file.stat()).size - half);
      await file.write(`${JSON.stringify(line)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** How far the last whole line of the file says that a chain had come; 0: it says nothing of it. */
  async function written(chainId: string): Promise<number> {
    const text = await lastBytes(checkpointFile(dataDir));
    // A crash may leave a beginning of the last line.
    const lines = text.split('\n').slice(0, -1);
    const last = lines.findLast((line) => line.includes(chainId));
    try {
      const { chainId: of, seq } = JSON.parse(last ?? '') as Partial<CheckpointLine>;
      return of === chainId && typeof seq === 'number' ? seq : 0;
    } catch {
      return 0;
    }
  }

  async function retainIn(tx: Transaction): Promise<void> {
    const before = new Date(clock.now());
    before.setUTCFullYear(before.getUTCFullYear() - retentionYears);
    const head = await lockHead(tx.em);
    const end = await droppable(tx.em, before);
    if (!end) return;
    const checkpoint: Checkpoint = { kind: 'retention', ...end, createdAt: clock.now() };
    await addCheckpoint(tx.em, checkpoint, key.checkpoint(head.chainId, checkpoint));
    await dropMonths(tx.em, before);
  }

  return {
    async take() {
      const line = await db.transaction(async ({ em }): Promise<CheckpointLine | null> => {
        const head = await readHead(em);
        // A crash between the commit and the file leaves the file behind: it is what has to know.
        const known = Math.min(await latestCheckpointSeq(em), await written(head.chainId));
        if (head.seq === 0 || head.seq === known) return null;
        const checkpoint: Checkpoint = {
          kind: 'regular',
          seq: head.seq,
          mac: head.mac,
          createdAt: clock.now(),
        };
        const signature = key.checkpoint(head.chainId, checkpoint);
        await addCheckpoint(em, checkpoint, signature);
        return {
          chainId: head.chainId,
          seq: head.seq,
          mac: head.mac.toString('hex'),
          at: checkpoint.createdAt.toISOString(),
          signature: signature.toString('hex'),
        };
      });
      if (!line) return;
      await write(line);
      // A log that is collected elsewhere is a witness that nobody on this machine can silence.
      log.info(line, 'audit checkpoint');
    },
    retain: () => db.transaction(retainIn),
  };
}
