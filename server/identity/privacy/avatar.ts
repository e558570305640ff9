import sharp from 'sharp';
import { AppError } from '../../kernel/errors.ts';
import { createGate } from '../sign-in/gate.ts';

const edge = 256;
/** A small file may unpack into a very large picture. */
const maxPixels = 40_000_000;

// One at a time: a picture of that size fills 160 MB and a core for a second.
const gate = createGate(1, 20);

/** What the four formats begin with; `sharp` knows many more, and their readers are not needed here. */
const beginnings: readonly ((bytes: Buffer) => boolean)[] = [
  (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)),
  (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
];

/** Whether bytes begin as a PNG, JPEG, GIF or WebP does. */
export function looksLikePicture(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return beginnings.some((fits) => fits(buffer));
}

/**
 * Decodes what was uploaded and encodes a square of 256 pixels anew: nothing but pixels survives, no metadata (a place, a
 * camera), no script, no second format hidden behind a picture's first bytes.
 * @throws AppError image_invalid for anything that is no PNG, JPEG, WebP or GIF, whatever its type claims; rate_limited
 *   when too many wait
 */
export async function normalizeAvatar(bytes: Uint8Array): Promise<Buffer> {
  if (!looksLikePicture(bytes)) throw new AppError('image_invalid');
  return gate.run(() => encode(bytes));
}

async function encode(bytes: Uint8Array): Promise<Buffer> {
  try {
    return await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 })
      .rotate()
      .resize(edge, edge, { fit: 'cover' })
      .webp({ quality: 86 })
      .toBuffer();
  } catch (error) {
    throw new AppError('image_invalid', undefined, { cause: error });
  }
}
