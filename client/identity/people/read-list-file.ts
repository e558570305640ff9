import { importLimits } from '../../../shared/identity/people-imports.ts';

/** Reads a file as UTF-8; a reason when it cannot be a list. */
export async function readListFile(
  file: File,
): Promise<{ text: string } | { refused: 'notText' | 'tooLarge' }> {
  if (file.size > importLimits.bodyBytes) return { refused: 'tooLarge' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) };
  } catch {
    return { refused: 'notText' };
  }
}

/** Has the browser save a text. */
export function saveCsv(fileName: string, csv: string): void {
  // The mark tells spreadsheets that this is UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
