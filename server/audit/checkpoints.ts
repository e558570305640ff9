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
    const file = await open(checkpointFile(dataDir), 'a', 0o600);
    try {
      await file.write(`${JSON.stringify(line)}\n`);
      await file.sync();
    } finally {
      await file.close();
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
        if (head.seq === 0 || head.seq === (await latestCheckpointSeq(em))) return null;
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
