import type { EntityManager } from '@mikro-orm/postgresql';
import { validate as isUuid } from 'uuid';
import type { AuditCategory, AuditFilter, AuditSeverity } from '../../shared/audit/contract.ts';
import type { ChainedEntry, Checkpoint, Details, Head, Origin } from './chain.ts';

/** An entry that is ready to be stored. */
export interface NewEntry {
  chained: ChainedEntry;
  mac: Buffer;
  details: Details;
  detailsSalt: Buffer;
  origin: Origin;
  originSalt: Buffer;
}

/** Locks the end of the chain until the commit. */
export async function lockHead(em: EntityManager): Promise<Head> {
  return readHead(em, 'for update');
}

/** The end of the chain, as of the last commit. */
export async function readHead(em: EntityManager, lock = ''): Promise<Head> {
  const [row] = await em.execute<{ chain_id: string; seq: string; mac: Buffer }[]>(
    `select chain_id, seq, mac from audit_heads ${lock}`,
  );
  if (!row) throw new Error('the audit trail has lost its head');
  return { chainId: row.chain_id, seq: Number(row.seq), mac: row.mac };
}

/** Stores entries in their order and moves the head: one statement, since everybody waits for it. */
export async function appendEntries(
  em: EntityManager,
  entries: readonly NewEntry[],
  head: { seq: number; mac: Buffer },
): Promise<void> {
  const rows = entries.map(({ chained, mac, details, detailsSalt, origin, originSalt }) => ({
    id: chained.id,
    seq: chained.seq,
    user_id: chained.userId,
    organization_id: chained.organizationId,
    action: chained.action,
    resource_type: chained.resourceType,
    resource_id: chained.resourceId,
    session_id: chained.sessionId,
    request_id: chained.requestId,
    severity: chained.severity,
    category: chained.category,
    tags: chained.tags,
    created_at: chained.createdAt.toISOString(),
    details_digest: bytea(chained.detailsDigest),
    origin_digest: bytea(chained.originDigest),
    mac: bytea(mac),
    details_salt: bytea(detailsSalt),
    old_values: details.old,
    new_values: details.new,
    description: details.description,
    metadata: details.metadata,
    origin_salt: bytea(originSalt),
    ip_address: origin.ipAddress,
    user_agent: origin.userAgent,
  }));
  await em.execute(
    `with given as (
       select * from jsonb_to_recordset(?::jsonb) as g(
         id uuid, seq bigint, user_id uuid, organization_id uuid, action text, resource_type text, resource_id uuid, session_id uuid,
         request_id text, severity text, category text, tags jsonb, created_at timestamptz, details_digest bytea, origin_digest bytea,
         mac bytea, details_salt bytea, old_values jsonb, new_values jsonb, description text, metadata jsonb, origin_salt bytea,
         ip_address inet, user_agent text)
     ), logged as (
       insert into audit_logs (id, seq, user_id, organization_id, action, resource_type, resource_id, session_id, request_id, severity,
         category, tags, created_at, details_digest, origin_digest, mac)
       select id, seq, user_id, organization_id, action, resource_type, resource_id, session_id, request_id, severity,
         category, array(select jsonb_array_elements_text(tags)), created_at, details_digest, origin_digest, mac from given
     ), detailed as (
       insert into audit_log_details (audit_log_id, details_salt, old_values, new_values, description, metadata, origin_salt, ip_address, user_agent)
       select id, details_salt, nullif(old_values, 'null'), nullif(new_values, 'null'), description, metadata, origin_salt, ip_address, user_agent
       from given
     )
     update audit_heads set seq = ?, mac = ?`,
    [JSON.stringify(rows), head.seq, head.mac],
  );
}

const bytea = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

/** An entry as the screens show it. */
export interface EntryRow {
  id: string;
  created_at: Date | string;
  user_id: string | null;
  actor_name: string | null;
  action: string;
  category: AuditCategory;
  severity: AuditSeverity;
  organization_id: string | null;
  organization_name: string | null;
  resource_type: string | null;
  resource_id: string | null;
  resource_name: string | null;
  session_id: string | null;
  request_id: string | null;
  tags: string[];
  description: string | null;
  old_values: Record<string, unknown> | null;
  new_values: Record<string, unknown> | null;
  metadata: Record<string, unknown> | null;
  details_erased_at: Date | string | null;
  ip_address: string | null;
  user_agent: string | null;
  origin_erased_at: Date | string | null;
}

/** Percent and underscore are no wildcards in what somebody types. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

type Condition = readonly [sql: string, ...values: unknown[]];

function conditions(organizationId: string | null, filter: AuditFilter): Condition[] {
  const { actor, action, category, severity, resourceType, resourceId, from, to, requestId, tag, q } = filter;
  const found: (Condition | false | undefined)[] = [
    organizationId !== null && ['l.organization_id = ?', organizationId],
    actor !== undefined && byActor(actor),
    action !== undefined && ['l.action like ?', `${literal(action)}%`],
    category && ['l.category = ?', category],
    severity && ['l.severity = ?', severity],
    resourceType !== undefined && ['l.resource_type = ?', resourceType],
    resourceId !== undefined && ['l.resource_id = ?', resourceId],
    from !== undefined && ['l.created_at >= ?', new Date(from)],
    to !== undefined && ['l.created_at < ?', new Date(to)],
    requestId !== undefined && ['l.request_id = ?', requestId],
    tag !== undefined && ['? = any (l.tags)', tag],
    q !== undefined && ['l.action ilike ?', `%${literal(q)}%`],
  ];
  return found.filter((one): one is Condition => Array.isArray(one));
}

/** Names and codes only: that somebody has an e-mail address is not for everybody to find out by asking. */
const byActor = (actor: string): Condition =>
  isUuid(actor)
    ? ['l.user_id = ?', actor]
    : [
        'l.user_id in (select id from users where display_name ilike ? or code = upper(?))',
        `%${literal(actor)}%`,
        actor,
      ];

const whereOf = (all: readonly Condition[]): string =>
  all.length === 0 ? '' : `where ${all.map(([text]) => text).join(' and ')}`;
const valuesOf = (all: readonly Condition[]): unknown[] => all.flatMap(([, ...values]) => values);

/** One page, newest first. */
export async function findEntries(
  em: EntityManager,
  organizationId: string | null,
  filter: AuditFilter,
  page: { cursor?: string; limit: number },
): Promise<EntryRow[]> {
  const all = conditions(organizationId, filter);
  if (page.cursor !== undefined) all.push(['l.id < ?', page.cursor]);
  return em.execute<EntryRow[]>(
    `select l.id, l.created_at, l.user_id, a.display_name as actor_name, l.action, l.category, l.severity, l.organization_id,
       o.name as organization_name, l.resource_type, l.resource_id, r.display_name as resource_name, l.session_id, l.request_id, l.tags,
       d.description, d.old_values, d.new_values, d.metadata, d.details_erased_at,
       host(d.ip_address) as ip_address, d.user_agent, d.origin_erased_at
     from (select * from audit_logs l ${whereOf(all)} order by l.id desc limit ?) l
     left join audit_log_details d on d.audit_log_id = l.id
     left join users a on a.id = l.user_id
     left join users r on l.resource_type = 'user' and r.id = l.resource_id
     left join organizations o on o.id = l.organization_id
     order by l.id desc`,
    [...valuesOf(all), page.limit],
  );
}

/** How many entries match, counted up to `most`. */
export async function countEntries(
  em: EntityManager,
  organizationId: string,
  filter: AuditFilter,
  most: number,
): Promise<number> {
  const all = conditions(organizationId, filter);
  const [row] = await em.execute<{ n: string }[]>(
    `select count(*) as n from (select 1 from audit_logs l ${whereOf(all)} limit ?) found`,
    [...valuesOf(all), most],
  );
  return Number(row?.n ?? 0);
}

/** Whom entries are to forget, and how they may tell of them. */
export interface Forgotten {
  userId: string;
  /** Wherever they stand. */
  texts: readonly string[];
  /** As a whole value, in entries that are about no other account. */
  names: readonly string[];
  /** What belongs to the person alone. */
  resourceIds: readonly string[];
}

/** Locks the details that are to lose a part, and gives the ids of their entries. */
export async function erasableDetails(
  em: EntityManager,
  part: 'details' | 'origin',
  forgotten: Forgotten,
): Promise<string[]> {
  const { userId } = forgotten;
  // What nobody signed in did to an account came, as far as one can know, from its owner.
  const whose: Condition[] =
    part === 'origin'
      ? [
          [
            "l.user_id = ? or (l.user_id is null and l.resource_type = 'user' and l.resource_id = ?)",
            userId,
            userId,
          ],
        ]
      : detailsAbout(forgotten);
  const rows = await em.execute<{ audit_log_id: string }[]>(
    `select d.audit_log_id from audit_log_details d join audit_logs l on l.id = d.audit_log_id
     where d.${part}_erased_at is null and (${whose.map(([text]) => text).join(' or ')}) for update of d`,
    valuesOf(whose),
  );
  return rows.map((row) => row.audit_log_id);
}

/** What people call their keys tells of them as well. */
const ownThings = "'passkey', 'api_key', 'sign_in_method'";
const values = 'concat(d.old_values::text, d.new_values::text, d.metadata::text, d.description)';

function detailsAbout({ userId, texts, names, resourceIds }: Forgotten): Condition[] {
  return [
    ["l.resource_type = 'user' and l.resource_id = ?", userId],
    [`l.user_id = ? and (l.category = 'authentication' or l.resource_type in (${ownThings}))`, userId],
    ...resourceIds.map((id): Condition => ['l.resource_id = ?', id]),
    ...texts.map((text): Condition => [`${values} ilike ?`, `%${literal(text)}%`]),
    ...names.map((name): Condition => [
      `l.resource_type is distinct from 'user' and ${values} ilike ?`,
      `%${literal(JSON.stringify(name))}%`,
    ]),
  ];
}

/** Takes a part away from details, with the proof that it was the server who did. */
export async function eraseParts(
  em: EntityManager,
  part: 'details' | 'origin',
  erasures: readonly { id: string; mac: Buffer }[],
  at: Date,
): Promise<void> {
  const nothing =
    part === 'details'
      ? 'details_salt = null, old_values = null, new_values = null, description = null, metadata = null'
      : 'origin_salt = null, ip_address = null, user_agent = null';
  await em.execute(
    `update audit_log_details d set ${nothing}, ${part}_erased_at = ?, ${part}_erasure_mac = g.mac
     from jsonb_to_recordset(?::jsonb) as g(id uuid, mac bytea) where d.audit_log_id = g.id`,
    [at, JSON.stringify(erasures.map(({ id, mac }) => ({ id, mac: bytea(mac) })))],
  );
}

export async function latestCheckpointSeq(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ seq: string | null }[]>(
    "select max(seq) as seq from audit_checkpoints where kind = 'regular'",
  );
  return Number(row?.seq ?? 0);
}

export async function addCheckpoint(
  em: EntityManager,
  { kind, seq, mac, createdAt }: Checkpoint,
  signature: Buffer,
): Promise<void> {
  await em.execute(
    'insert into audit_checkpoints (kind, seq, mac, signature, created_at) values (?, ?, ?, ?, ?)',
    [kind, seq, mac, signature, createdAt],
  );
}

/**
 * Up to which entry whole months before `before` reach, if the months after them follow without a gap, and no entry of that time
 * lies outside the months: it would stay behind.
 */
export async function droppable(
  em: EntityManager,
  before: Date,
): Promise<{ seq: number; mac: Buffer } | null> {
  // The same cut as lectern_drop_partitions makes: months that lie wholly before.
  const cut =
    "lectern_uuid_v7_floor(date_trunc('month', ?::timestamptz at time zone 'UTC') at time zone 'UTC')";
  const [row] = await em.execute<{ seq: string; mac: Buffer; next: string | null; stays: boolean }[]>(
    `select seq, mac, (select min(seq) from audit_logs where id >= ${cut}) as next,
       exists (select 1 from audit_logs_default where id < ${cut}) as stays
     from audit_logs where id < ${cut} order by seq desc limit 1`,
    [before, before, before],
  );
  if (!row || row.stays || (row.next !== null && Number(row.next) !== Number(row.seq) + 1)) return null;
  return { seq: Number(row.seq), mac: row.mac };
}

export async function dropMonths(em: EntityManager, before: Date): Promise<void> {
  await em.execute(
    "select lectern_drop_partitions('audit_log_details', ?), lectern_drop_partitions('audit_logs', ?)",
    [before, before],
  );
}
