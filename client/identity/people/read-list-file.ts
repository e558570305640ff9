import { importLimits } from '../../../shared/identity/people-imports.ts';

/**
 * Reads a file as text: UTF-8, what spreadsheets call Unicode text (UTF-16 with its mark), or else the code page that Excel saves
 * in on Windows. The preview shows whether names came out right. A reason when it cannot be a list.
 */
export async function readListFile(
  file: File,
): Promise<{ text: string } | { refused: 'notText' | 'tooLarge' }> {
  if (file.size > importLimits.bodyBytes) return { refused: 'tooLarge' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (marked) return { text: new TextDecoder('utf-16le').decode(bytes) };
  // No text has a zero byte; a spreadsheet's own file has many.
  if (bytes.includes(0)) return { refused: 'notText' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes) };
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
