import { createChainKey, genesis, same } from './chain.ts';
import type { ChainKey, Checkpoint } from './chain.ts';
import type { CheckpointLine } from './checkpoints.ts';

/** Runs a statement with numbered parameters; `verifyTrail` wants all of them answered from one moment. */
export type Query = <T extends object>(sql: string, values?: unknown[]) => Promise<T[]>;

export interface Verification {
  /** Entries that were looked at, and their numbers. */
  entries: number;
  first: number | null;
  last: number | null;
  /** Up to here entries were dropped because of their age; 0: none. */
  retainedFrom: number;
  /** Signed statements that were compared. */
  checkpoints: { database: number; file: number };
  /** Lines of the file that belong to another database. */
  foreignLines: number;
  /** Parts that the server took out of entries with the person they were about. */
  erased: { details: number; origins: number };
  /** One sentence each; none: the trail is as it was written. */
  problems: string[];
}

/** A signed statement, wherever it was found. */
interface Witness extends Checkpoint {
  where: 'database' | 'file';
}

interface Row {
  id: string;
  seq: string;
  user_id: string | null;
  organization_id: string | null;
  action: string;
  resource_type: string | null;
  resource_id: string | null;
  session_id: string | null;
  request_id: string | null;
  severity: string;
  category: string;
  tags: string[];
  created_at: Date;
  details_digest: Buffer;
  origin_digest: Buffer;
  mac: Buffer;
  has_details: boolean;
  details_salt: Buffer | null;
  old_values: Record<string, unknown> | null;
  new_values: Record<string, unknown> | null;
  description: string | null;
  metadata: Record<string, unknown> | null;
  details_erased_at: Date | null;
  details_erasure_mac: Buffer | null;
  origin_salt: Buffer | null;
  ip_address: string | null;
  user_agent: string | null;
  origin_erased_at: Date | null;
  origin_erasure_mac: Buffer | null;
}

const batch = 1000;
const rowsSql = `
  select l.id, l.seq, l.user_id, l.organization_id, l.action, l.resource_type, l.resource_id, l.session_id, l.request_id, l.severity,
    l.category, l.tags, l.created_at, l.details_digest, l.origin_digest, l.mac, d.audit_log_id is not null as has_details,
    d.details_salt, d.old_values, d.new_values, d.description, d.metadata, d.details_erased_at, d.details_erasure_mac,
    d.origin_salt, host(d.ip_address) as ip_address, d.user_agent, d.origin_erased_at, d.origin_erasure_mac
  from audit_logs l left join audit_log_details d on d.audit_log_id = l.id
  where $1::bigint is null or (l.seq, l.id) > ($1::bigint, $2::uuid) order by l.seq, l.id limit ${batch}`;

/** Reads the whole trail and compares it with its macs and with every signed statement about it. */
export async function verifyTrail(options: {
  query: Query;
  /** LECTERN_AUDIT_KEY */
  key: string;
  /** Content of `audit-checkpoints.log`, read before the database is; null: there is no such file. */
  file: string | null;
  /** Chains that somebody knows of and says why: what the file remembers of them is no problem. */
  acceptChains?: readonly string[];
}): Promise<Verification> {
  const { query, file } = options;
  const key = createChainKey(options.key);
  const problems: string[] = [];
  const [head] = await query<{ chain_id: string; seq: string; mac: Buffer }>(
    'select chain_id, seq, mac from audit_heads',
  );
  if (!head) return { ...nothing, problems: ['the head of the chain is missing'] };
  const chainId = head.chain_id;
  const stored = await storedCheckpoints(query, key, chainId, problems);
  const written = fileCheckpoints(file, key, chainId, problems);
  for (const [id, seq] of written.others)
    if (!options.acceptChains?.includes(id))
      problems.push(
        `audit-checkpoints.log knows another chain (${id}), up to entry ${seq}: this one was put in its place`,
      );
  const dropped = stored.filter(({ kind }) => kind === 'retention').toSorted((a, b) => b.seq - a.seq)[0];
  const witnesses = [...stored.filter(({ kind }) => kind === 'regular'), ...written.found];
  if (file === null && witnesses.length > 0)
    problems.push('the file audit-checkpoints.log is missing, though checkpoints were written');

  const walk = new Walk(key, chainId, dropped ?? { seq: 0, mac: genesis }, witnesses, problems);
  let after: { seq: string; id: string } | null = null;
  for (;;) {
    const rows: Row[] = await query<Row>(rowsSql, [after?.seq ?? null, after?.id ?? null]);
    for (const row of rows) walk.step(row);
    const last = rows.at(-1);
    if (!last || rows.length < batch) break;
    after = last;
  }
  walk.end({ seq: Number(head.seq), mac: head.mac });
  // Where entries are missing, their details say nothing new.
  const [stray] =
    problems.length > 0
      ? []
      : await query<{ n: string }>(
          'select count(*) as n from audit_log_details d where not exists (select 1 from audit_logs l where l.id = d.audit_log_id)',
        );
  if (stray && Number(stray.n) > 0) problems.push(`there are details without an entry: ${stray.n}`);
  return {
    entries: walk.entries,
    first: walk.first,
    last: walk.first === null ? null : walk.seq,
    retainedFrom: dropped?.seq ?? 0,
    checkpoints: { database: stored.length, file: written.found.length },
    foreignLines: written.foreign,
    erased: walk.erased,
    problems,
  };
}

const nothing: Omit<Verification, 'problems'> = {
  entries: 0,
  first: null,
  last: null,
  retainedFrom: 0,
  checkpoints: { database: 0, file: 0 },
  foreignLines: 0,
  erased: { details: 0, origins: 0 },
};

async function storedCheckpoints(
  query: Query,
  key: ChainKey,
  chainId: string,
  problems: string[],
): Promise<Witness[]> {
  const rows = await query<{
    kind: Checkpoint['kind'];
    seq: string;
    mac: Buffer;
    signature: Buffer;
    created_at: Date;
  }>('select kind, seq, mac, signature, created_at from audit_checkpoints order by id');
  return rows.flatMap((row) => {
    const checkpoint = { kind: row.kind, seq: Number(row.seq), mac: row.mac, createdAt: row.created_at };
    if (same(key.checkpoint(chainId, checkpoint), row.signature))
      return [{ ...checkpoint, where: 'database' as const }];
    problems.push(`the checkpoint in the database at entry ${row.seq} has no valid signature`);
    return [];
  });
}

function fileCheckpoints(
  file: string | null,
  key: ChainKey,
  chainId: string,
  problems: string[],
): { found: Witness[]; foreign: number; others: Map<string, number> } {
  const found: Witness[] = [];
  /** Chains that the same key signed, and how far each had come: the id of a chain stands in the database, unsigned. */
  const others = new Map<string, number>();
  let foreign = 0;
  const lines = (file ?? '').split('\n');
  // A crash may leave a beginning of the last line.
  const whole = lines.slice(0, -1);
  for (const [index, text] of whole.entries()) {
    const line = parseLine(text);
    const checkpoint: Checkpoint | null = line && {
      kind: 'regular',
      seq: line.seq,
      mac: Buffer.from(line.mac, 'hex'),
      createdAt: new Date(line.at),
    };
    const signed =
      line !== null &&
      checkpoint !== null &&
      same(key.checkpoint(line.chainId, checkpoint), Buffer.from(line.signature, 'hex'));
    if (line && line.chainId !== chainId) {
      foreign += 1;
      if (signed) others.set(line.chainId, Math.max(line.seq, others.get(line.chainId) ?? 0));
    } else if (signed) found.push({ ...checkpoint, where: 'file' });
    else if (text.trim() !== '')
      problems.push(`line ${index + 1} of audit-checkpoints.log has no valid signature`);
  }
  return { found, foreign, others };
}

function parseLine(text: string): CheckpointLine | null {
  try {
    const { chainId, seq, mac, at, signature } = JSON.parse(text) as Partial<CheckpointLine>;
    if (typeof chainId !== 'string' || !Number.isSafeInteger(seq) || Number.isNaN(Date.parse(at ?? '')))
      return null;
    return { chainId, seq: Number(seq), mac: String(mac), at: String(at), signature: String(signature) };
  } catch {
    return null;
  }
}

/** Goes along the chain, entry by entry. */
class Walk {
  readonly #key: ChainKey;
  readonly #chainId: string;
  readonly #problems: string[];
  readonly #witnesses: Map<number, Witness[]>;
  /** Number and mac of the entry before. */
  seq: number;
  #mac: Buffer;
  readonly #start: number;
  first: number | null = null;
  entries = 0;
  readonly erased = { details: 0, origins: 0 };

  constructor(
    key: ChainKey,
    chainId: string,
    start: { seq: number; mac: Buffer },
    witnesses: readonly Witness[],
    problems: string[],
  ) {
    this.#key = key;
    this.#chainId = chainId;
    this.#problems = problems;
    this.#start = start.seq;
    this.seq = start.seq;
    this.#mac = start.mac;
    this.#witnesses = Map.groupBy(
      witnesses.filter(({ seq }) => seq > start.seq),
      ({ seq }) => seq,
    );
  }

  step(row: Row): void {
    const seq = Number(row.seq);
    if (seq <= this.#start) {
      this.#problems.push(
        seq < 1
          ? `entry ${row.seq} (${row.id}) was never written by Lectern`
          : `entry ${seq} (${row.id}) was dropped because of its age, and is there again`,
      );
      return;
    }
    this.entries += 1;
    this.first ??= seq;
    if (seq === this.seq) {
      this.#problems.push(`entry ${seq} is there twice`);
      return;
    }
    const follows = seq === this.seq + 1;
    if (!follows) this.#problems.push(missing(this.seq + 1, seq - 1));
    // Behind a gap it cannot be known what came before: the next ones are checked against each other again.
    if (follows && !same(this.#entryMac(row, seq), row.mac))
      this.#problems.push(`entry ${seq} (${row.id}) is not as it was written`);
    this.#checkDetails(row, seq);
    this.#checkOrigin(row, seq);
    for (const witness of this.#witnesses.get(seq) ?? []) {
      if (!same(witness.mac, row.mac))
        this.#problems.push(`entry ${seq} is not the one that the ${describe(witness)} saw`);
    }
    this.#witnesses.delete(seq);
    this.seq = seq;
    this.#mac = row.mac;
  }

  end(head: { seq: number; mac: Buffer }): void {
    if (head.seq > this.seq) this.#problems.push(missing(this.seq + 1, head.seq));
    else if (head.seq < this.seq)
      this.#problems.push(`the head says that the chain ends at ${head.seq}, but it goes on to ${this.seq}`);
    else if (!same(head.mac, this.#mac))
      this.#problems.push('the head does not fit the last entry of the chain');
    const beyond = [...this.#witnesses.values()].flat();
    const furthest = beyond.filter(({ seq }) => seq > this.seq).toSorted((a, b) => b.seq - a.seq)[0];
    if (furthest)
      this.#problems.push(
        `the chain ends at ${this.seq}, but the ${describe(furthest)} saw entry ${furthest.seq}: the end was cut off`,
      );
  }

  #entryMac(row: Row, seq: number): Buffer {
    return this.#key.entry(this.#chainId, this.#mac, {
      id: row.id,
      seq,
      userId: row.user_id,
      organizationId: row.organization_id,
      action: row.action,
      resourceType: row.resource_type,
      resourceId: row.resource_id,
      sessionId: row.session_id,
      requestId: row.request_id,
      severity: row.severity,
      category: row.category,
      tags: row.tags,
      createdAt: row.created_at,
      detailsDigest: row.details_digest,
      originDigest: row.origin_digest,
    });
  }

  #checkDetails(row: Row, seq: number): void {
    if (!row.has_details) {
      this.#problems.push(`the details of entry ${seq} are missing`);
      return;
    }
    if (row.details_erased_at) {
      this.#erasure('details', row.id, seq, row.details_erased_at, row.details_erasure_mac);
      return;
    }
    const details = {
      old: row.old_values,
      new: row.new_values,
      description: row.description,
      metadata: row.metadata ?? {},
    };
    if (!row.details_salt || !same(this.#key.details(row.details_salt, details), row.details_digest))
      this.#problems.push(`the values of entry ${seq} are not as they were written`);
  }

  #checkOrigin(row: Row, seq: number): void {
    if (!row.has_details) return;
    if (row.origin_erased_at) {
      this.#erasure('origin', row.id, seq, row.origin_erased_at, row.origin_erasure_mac);
      return;
    }
    const origin = { ipAddress: row.ip_address, userAgent: row.user_agent };
    if (!row.origin_salt || !same(this.#key.origin(row.origin_salt, origin), row.origin_digest))
      this.#problems.push(`the address or browser of entry ${seq} is not as it was written`);
  }

  #erasure(part: 'details' | 'origin', id: string, seq: number, at: Date, mac: Buffer | null): void {
    if (mac && same(this.#key.erasure(part, id, at), mac))
      this.erased[part === 'details' ? 'details' : 'origins'] += 1;
    else this.#problems.push(`a part of entry ${seq} was taken out, and not by Lectern`);
  }
}

const missing = (from: number, to: number): string =>
  from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`;

const describe = ({ where, createdAt }: Witness): string =>
  `checkpoint of ${createdAt.toISOString()} in the ${where}`;
