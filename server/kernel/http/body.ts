import express from 'express';
import type { Request, Response } from 'express';
import type { RouteContract } from '../../../shared/kernel/contract.ts';
import { limits } from '../../../shared/kernel/limits.ts';
import { AppError } from '../errors.ts';

/**
 * Reads the body that a contract describes, and nothing larger or of another type. A form post from a foreign page cannot
 * send JSON, so a body of any other type is refused before it is looked at.
 * @returns reads it into `req.body`. @throws AppError unsupported_media_type, and what Express refuses a body for
 */
export function bodyParser({
  binary,
  bodyBytes,
}: RouteContract): (req: Request, res: Response) => Promise<void> {
  const limit = bodyBytes ?? limits.restBodyBytes;
  const types = binary ?? ['application/json'];
  const read = binary ? express.raw({ limit, type: [...types] }) : express.json({ limit, strict: true });
  return async (req, res) => {
    const length = Number(req.headers['content-length'] ?? 0);
    const hasBody = length > 0 || req.headers['transfer-encoding'] !== undefined;
    if (hasBody && !req.is([...types])) throw new AppError('unsupported_media_type');
    await new Promise<void>((resolve, reject) => {
      read(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
    });
  };
}
