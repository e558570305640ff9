const longest = 80;

/**
 * What people wrote, such as a name, as it may stand in a sentence of a mail: on one line, short, and with nothing in it that
 * a mail program would make a link of the school's out of.
 */
export function written(text: string): string {
  const line = text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/:\/\/|\bwww\./gi, ' ')
    .replaceAll(/(?<=\w)\.(?=\p{L}{2,})/gu, '. ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}
