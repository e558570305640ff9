import { copyFile, stat, truncate } from 'node:fs/promises';

const limit = 8 * 1024 * 1024;

/**
 * Keeps PostgreSQL's log bounded: beyond 8 MB it moves to `<file>.1`. Its own collector cannot bound the total. The
 * file is emptied in place because a running server keeps it open (for appending, so it carries on at the new end).
 */
export async function rotate(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < limit) return;
  await copyFile(file, `${file}.1`);
  await truncate(file);
}
