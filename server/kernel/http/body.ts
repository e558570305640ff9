import express from 'express';
import type { Request, RequestHandler } from 'express';
import type { RouteContract } from '../../../shared/kernel/contract.ts';
import { limits } from '../../../shared/kernel/limits.ts';
import { AppError } from '../errors.ts';

/**
 * Reads the body that a contract describes, and nothing larger or of another type. A form post from a foreign page cannot
 * send JSON, so a body of any other type is refused before it is looked at.
 */
export function bodyParser({ binary, bodyBytes }: RouteContract): RequestHandler[] {
  const limit = bodyBytes ?? limits.restBodyBytes;
  const types = binary ?? ['application/json'];
  const known: RequestHandler = (req: Request, _res, next) => {
    const length = Number(req.headers['content-length'] ?? 0);
    const hasBody = length > 0 || req.headers['transfer-encoding'] !== undefined;
    next(hasBody && !req.is([...types]) ? new AppError('unsupported_media_type') : undefined);
  };
  const parse = binary ? express.raw({ limit, type: [...types] }) : express.json({ limit, strict: true });
  return [known, parse];
}
