import { createHash, timingSafeEqual } from 'node:crypto';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { StoredFile } from './file.entity.ts';
import type { FilesDeps } from './index.ts';

/** Something to store; the caller has looked at the bytes and knows that they are what `mimeType` says. */
export interface NewFile {
  ownerId: string;
  organizationId: string | null;
  bytes: Uint8Array;
  /** As its owner called it. */
  name: string;
  mimeType: string;
  fileType: 'image' | 'document' | 'other';
}

/** Storing pictures and giving them out. */
export class FileService {
  readonly #deps: FilesDeps;
  readonly #disk: Disk;

  constructor(deps: FilesDeps) {
    this.#deps = deps;
    this.#disk = new Disk(new FSDriver({ location: `${deps.dataDir}/files`, visibility: 'private' }));
  }

  /** Writes the bytes, then the row: what a crash leaves between the two is bytes that nobody names. */
  async store(tx: Transaction, file: NewFile): Promise<{ id: string; url: string }> {
    const fileId = this.#deps.ids.uuid();
    const storageKey = `${fileId.slice(-2)}/${fileId}`;
    await this.#disk.put(storageKey, file.bytes);
    tx.em.persist(
      tx.em.create(StoredFile, {
        id: fileId,
        organizationId: file.organizationId,
        userId: file.ownerId,
        filename: fileId,
        originalFilename: file.name,
        mimeType: file.mimeType,
        sizeBytes: file.bytes.byteLength,
        sha256: createHash('sha256').update(file.bytes).digest('hex'),
        fileType: file.fileType,
        storageKey,
        status: 'stored',
        // Encoded anew by this server from decoded pixels: nothing of what was uploaded is left in it.
        virusScanStatus: 'clean',
        metadata: { exifStripped: true },
      }),
    );
    await tx.em.flush();
    return { id: fileId, url: `/api/v1/files/${fileId}?key=${this.#keyOf(fileId)}` };
  }

  /** Takes a file away: nobody gets it after the commit, and its bytes go then. */
  async purge(tx: Transaction, fileId: string): Promise<void> {
    const [gone] = await tx.em.execute<{ storage_key: string }[]>(
      `update files set status = 'purged', deleted_at = ?, updated_at = ? where id = ? and deleted_at is null returning storage_key`,
      [this.#deps.clock.now(), this.#deps.clock.now(), fileId],
    );
    // Bytes that stay behind after a crash belong to a row that says purged.
    if (gone) tx.afterCommit(() => void this.#disk.delete(gone.storage_key).catch(() => undefined));
  }

  /** @throws AppError not_found, also for a wrong key */
  async read(fileId: string, key: string): Promise<{ bytes: Uint8Array; mimeType: string; sha256: string }> {
    const right = Buffer.from(this.#keyOf(fileId));
    const given = Buffer.from(key);
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw new AppError('not_found');
    const file = await this.#deps.db.em().findOne(StoredFile, { id: fileId, status: 'stored' });
    if (!file) throw new AppError('not_found');
    const bytes = await this.#disk.getBytes(file.storageKey);
    return { bytes, mimeType: file.mimeType, sha256: file.sha256 ?? '' };
  }

  async contentOf(fileId: string): Promise<Uint8Array | null> {
    const file = await this.#deps.db.em().findOne(StoredFile, { id: fileId, status: 'stored' });
    return file && (await this.#disk.exists(file.storageKey)) ? this.#disk.getBytes(file.storageKey) : null;
  }

  #keyOf(fileId: string): string {
    return this.#deps.secrets.pepper('file', fileId).subarray(0, 24).toString('base64url');
  }
}
