import type { Request } from 'express';
import { AppError } from '../../kernel/errors.ts';

/** The site that a person has open, as WebAuthn and OpenID Connect know it. */
export interface Site {
  /** Such as `https://class.example.org`, without a slash. */
  origin: string;
  /** The relying party's id: the host without its port. */
  rpId: string;
}

/**
 * PUBLIC_URL where it is set. Otherwise the host that the request names: somebody who opened `localhost` has another site
 * than somebody who opened the machine's name, and a passkey works on one of them only.
 * @throws AppError origin_not_allowed where the request names no host
 */
export function siteOf(publicUrl: string | undefined, req: Request): Site {
  const address = publicUrl ?? `${req.protocol}://${req.headers.host ?? ''}`;
  if (!URL.canParse(address)) throw new AppError('origin_not_allowed');
  const { origin, hostname } = new URL(address);
  return { origin, rpId: hostname };
}
