import { createHmac, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import ipaddr from 'ipaddr.js';

/** The chained part of an entry: ids and words of ours, nothing that tells of a person once their account is erased. */
export interface ChainedEntry {
  id: string;
  seq: number;
  userId: string | null;
  organizationId: string | null;
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  sessionId: string | null;
  requestId: string | null;
  severity: string;
  category: string;
  tags: readonly string[];
  createdAt: Date;
  detailsDigest: Buffer;
  originDigest: Buffer;
}

/** What was changed: erased with the person it is about. */
export interface Details {
  old: Record<string, unknown> | null;
  new: Record<string, unknown> | null;
  description: string | null;
  metadata: Record<string, unknown>;
}

/** Where it was done from: erased with the person who did it. */
export interface Origin {
  ipAddress: string | null;
  userAgent: string | null;
}

/** The end of the chain. */
export interface Head {
  chainId: string;
  seq: number;
  mac: Buffer;
}

/** A statement of how far the chain had come. */
export interface Checkpoint {
  kind: 'regular' | 'retention';
  seq: number;
  mac: Buffer;
  createdAt: Date;
}

/** What the first entry follows. */
export const genesis = Buffer.alloc(32);

/** The keyed digests of the trail. Each has a purpose of its own, so that none can stand in for another. */
export interface ChainKey {
  /** The mac of an entry: over everything chained, and the mac before it. */
  entry(chainId: string, previous: Buffer, entry: ChainedEntry): Buffer;
  details(salt: Buffer, details: Details): Buffer;
  origin(salt: Buffer, origin: Origin): Buffer;
  /** Says that the server itself erased a part of an entry. */
  erasure(part: 'details' | 'origin', entryId: string, at: Date): Buffer;
  checkpoint(chainId: string, checkpoint: Checkpoint): Buffer;
}

/** @param secret LECTERN_AUDIT_KEY */
export function createChainKey(secret: string): ChainKey {
  const mac = (purpose: string, ...parts: (Buffer | string)[]): Buffer => {
    const hmac = createHmac('sha256', secret).update(`lectern-audit-${purpose}\0`);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  };
  return {
    entry: (chainId, previous, entry) =>
      mac(
        'entry',
        canonical({
          ...entry,
          chainId,
          previous: previous.toString('hex'),
          createdAt: entry.createdAt.toISOString(),
          detailsDigest: entry.detailsDigest.toString('hex'),
          originDigest: entry.originDigest.toString('hex'),
        }),
      ),
    details: (salt, details) => mac('details', salt, canonical({ ...details })),
    origin: (salt, { ipAddress, userAgent }) =>
      mac('origin', salt, canonical({ ipAddress: normalAddress(ipAddress), userAgent })),
    erasure: (part, entryId, at) => mac(`erasure-${part}`, canonical({ entryId, at: at.toISOString() })),
    checkpoint: (chainId, { kind, seq, mac: at, createdAt }) =>
      mac(
        'checkpoint',
        canonical({ chainId, kind, seq, mac: at.toString('hex'), createdAt: createdAt.toISOString() }),
      ),
  };
}

/** RFC 8785: PostgreSQL keeps the members of a jsonb in an order of its own. */
function canonical(value: Record<string, unknown>): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('not a JSON value');
  return text;
}

/** PostgreSQL writes an address in its own way too. */
const normalAddress = (address: string | null): string | null =>
  address === null || !ipaddr.isValid(address) ? address : ipaddr.parse(address).toNormalizedString();

/** Compares macs without telling by the time where they differ. */
export const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
