import sharp from 'sharp';
import { AppError } from '../../kernel/errors.ts';

const edge = 256;
/** A small file may unpack into a very large picture. */
const maxPixels = 40_000_000;
const formats = new Set(['png', 'jpeg', 'webp', 'gif']);

/**
 * Decodes what was uploaded and encodes a square of 256 pixels anew: nothing but pixels survives, no metadata (a place, a
 * camera), no script, no second format hidden behind a picture's first bytes.
 * @throws AppError image_invalid for anything that is no PNG, JPEG, WebP or GIF, whatever its type claims
 */
export async function normalizeAvatar(bytes: Uint8Array): Promise<Buffer> {
  try {
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 });
    const { format } = await image.metadata();
    if (!formats.has(format)) throw new AppError('image_invalid');
    return await image.rotate().resize(edge, edge, { fit: 'cover' }).webp({ quality: 86 }).toBuffer();
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('image_invalid', undefined, { cause: error });
  }
}
