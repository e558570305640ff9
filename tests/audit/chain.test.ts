import { randomUUID } from 'node:crypto';
import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkpointFile } from '../../server/audit/checkpoints.ts';
import { withRequestContext } from '../../server/kernel/request-context.ts';
import { actorOf, openTrail } from './support.ts';
import type { Trail } from './support.ts';

let trail: Trail;
beforeAll(async () => {
  trail = await openTrail();
});
beforeEach(() => trail.reset());
afterAll(() => trail.close());

const many = async (count: number): Promise<void> => {
  for (let n = 1; n <= count; n += 1) await trail.record({ action: `thing.step_${n}`, new: { n } });
};

describe('writing', () => {
  it('chains what a transaction records, in the order it was recorded, after its own statements', async () => {
    await trail.db.transaction(async (tx) => {
      for (const action of ['a.first', 'a.second', 'a.third'])
        trail.audit.record(tx, { actor: null, action, category: 'system' });
      const [during] = await tx.em.execute<{ n: string }[]>('select count(*) as n from audit_logs');
      expect(Number(during?.n)).toBe(0);
    });
    const rows = await trail.sql<{ seq: string; action: string }>(
      'select seq, action from audit_logs order by seq',
    );
    expect(rows).toEqual([
      { seq: '1', action: 'a.first' },
      { seq: '2', action: 'a.second' },
      { seq: '3', action: 'a.third' },
    ]);
    expect(await trail.verify()).toMatchObject({ entries: 3, first: 1, last: 3, problems: [] });
  });

  it('leaves nothing behind when the transaction is rolled back', async () => {
    await trail.record();
    const failing = trail.db.transaction(async (tx) => {
      trail.audit.record(tx, { actor: null, action: 'never.happened', category: 'system' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await trail.record();
    expect(await trail.verify()).toMatchObject({ entries: 2, last: 2, problems: [] });
    expect(await trail.sql("select 1 from audit_logs where action = 'never.happened'")).toEqual([]);
  });

  it('numbers 50 transactions at once without a gap', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => trail.record({ new: { n } })));
    const [row] = await trail.sql<{ n: string; least: string; most: string }>(
      'select count(*) as n, min(seq) as least, max(seq) as most from audit_logs',
    );
    expect(row).toEqual({ n: '50', least: '1', most: '50' });
    expect((await trail.verify()).problems).toEqual([]);
  });

  it('holds the lock of the chain only while it commits', async () => {
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = trail.db.transaction(async (tx) => {
      trail.audit.record(tx, { actor: null, action: 'slow.one', category: 'system' });
      await held;
    });
    await trail.record({ action: 'quick.one' });
    finish();
    await slow;
    const rows = await trail.sql<{ action: string }>('select action from audit_logs order by seq');
    expect(rows.map(({ action }) => action)).toEqual(['quick.one', 'slow.one']);
  });

  it('knows who, from where and in which request', async () => {
    const userId = randomUUID();
    const organizationId = randomUUID();
    const requestId = randomUUID();
    await withRequestContext({ requestId, ipAddress: '2001:DB8::0001', userAgent: 'Firefox' }, () =>
      trail.record({
        actor: { ...actorOf(userId, organizationId), apiKey: { id: 'key-1', permissions: [] } },
        resourceType: 'provider_account',
        resourceId: 'not-a-uuid',
      }),
    );
    const [row] = await trail.sql(
      `select l.user_id, l.organization_id, l.request_id, l.resource_id, host(d.ip_address) as ip, d.user_agent, d.metadata
       from audit_logs l join audit_log_details d on d.audit_log_id = l.id`,
    );
    expect(row).toEqual({
      user_id: userId,
      organization_id: organizationId,
      request_id: requestId,
      resource_id: null,
      ip: '2001:db8::1',
      user_agent: 'Firefox',
      metadata: { apiKeyId: 'key-1', resource: 'not-a-uuid' },
    });
    expect((await trail.verify()).problems).toEqual([]);
  });

  it('keeps an entry out of every organization when it is told to', async () => {
    await trail.record({ actor: actorOf(randomUUID(), randomUUID()), organizationId: null });
    expect(await trail.sql('select organization_id from audit_logs')).toEqual([{ organization_id: null }]);
  });

  it('never keeps secrets, and survives whatever it is given', async () => {
    await trail.record({
      old: { passwordHash: 'x', refresh_token: 'x', hasPassword: true, preferences: { theme: 'dark' } },
      new: {
        nested: { apiSecret: 'x', totp_enc: 'x', kept: 1 },
        when: new Date('2026-01-02T03:04:05.678Z'),
        bytes: Buffer.from('x'),
        text: `nul \0 and half a pair \ud83d`,
        long: 'y'.repeat(5000),
        big: 1e21,
        nothing: undefined,
      },
    });
    const [row] = await trail.sql<{ old_values: unknown; new_values: Record<string, unknown> }>(
      'select old_values, new_values from audit_log_details',
    );
    expect(row?.old_values).toEqual({ hasPassword: true, preferences: { theme: 'dark' } });
    const { long, ...rest } = row?.new_values ?? {};
    expect(rest).toEqual({
      nested: { kept: 1 },
      when: '2026-01-02T03:04:05.678Z',
      text: 'nul  and half a pair \ufffd',
      big: 1e21,
    });
    expect(String(long)).toHaveLength(2000);
    expect((await trail.verify()).problems).toEqual([]);
  });
});

describe('the database', () => {
  it('refuses to change, delete or empty what is chained', async () => {
    await many(2);
    for (const statement of [
      "update audit_logs set action = 'x'",
      'delete from audit_logs',
      'truncate audit_logs',
      'delete from audit_log_details',
      'truncate audit_log_details',
      "update audit_log_details set new_values = '{}'",
      "update audit_log_details set ip_address = '10.0.0.1'",
      // Erasing one part is no way to write another.
      "update audit_log_details set details_erased_at = now(), details_salt = null, old_values = null, new_values = null, description = null, metadata = null, user_agent = 'x'",
    ])
      await expect(trail.sql(statement)).rejects.toMatchObject({ code: '23001' });
    await trail.audit.checkpoint();
    await expect(trail.sql('delete from audit_checkpoints')).rejects.toMatchObject({ code: '23001' });
    expect((await trail.verify()).problems).toEqual([]);
  });
});

describe('verification finds', () => {
  it('an edited entry', async () => {
    await many(5);
    await trail.tamper("update audit_logs set action = 'thing.else' where seq = 3");
    expect((await trail.verify()).problems).toEqual([
      expect.stringMatching(/^entry 3 \(.*\) is not as it was written$/),
    ]);
  });

  it('an edit of any column', async () => {
    await many(2);
    const someId = '0190c0de-0000-7000-8000-000000000001';
    for (const change of [
      `user_id = '${someId}'`,
      `organization_id = '${someId}'`,
      "resource_type = 'user'",
      `resource_id = '${someId}'`,
      `session_id = '${someId}'`,
      "request_id = 'x'",
      "severity = 'low'",
      "category = 'security'",
      "tags = '{x}'",
      "created_at = created_at - interval '1 millisecond'",
      String.raw`details_digest = '\x00'`,
      String.raw`origin_digest = '\x00'`,
      String.raw`mac = '\x00'`,
    ]) {
      await trail.sql('begin');
      await trail.tamper(`update audit_logs set ${change} where seq = 2`);
      const { problems } = await trail.verify();
      await trail.sql('rollback');
      expect({ change, found: problems.length > 0 }).toEqual({ change, found: true });
    }
    expect((await trail.verify()).problems).toEqual([]);
  });

  it('an entry that was deleted from the middle', async () => {
    await many(5);
    await trail.tamper('delete from audit_logs where seq in (2, 3)');
    expect((await trail.verify()).problems).toEqual(['entries 2 to 3 are missing']);
  });

  it('a deleted entry whose number was given to the next', async () => {
    await many(3);
    await trail.tamper(
      'delete from audit_logs where seq = 2',
      'update audit_logs set seq = 2 where seq = 3',
      'update audit_heads set seq = 2',
    );
    expect((await trail.verify()).problems).toEqual([
      expect.stringMatching(/^entry 2 .* is not as it was written$/),
    ]);
  });

  it('two entries that changed places', async () => {
    await many(4);
    await trail.tamper('update audit_logs set seq = 5 - seq where seq in (2, 3)');
    expect((await trail.verify()).problems).toHaveLength(3);
  });

  it('an entry that was put in, with a number of its own or twice the same', async () => {
    await many(2);
    const copy = (seq: string): string =>
      `with new as (select gen_random_uuid() as id), logged as (
         insert into audit_logs (id, seq, action, category, details_digest, origin_digest, mac)
         select new.id, ${seq}, action, category, details_digest, origin_digest, mac from audit_logs, new where seq = 1 returning id)
       insert into audit_log_details select logged.id, d.details_salt, d.old_values, d.new_values, d.description, d.metadata, null, null,
         d.origin_salt from logged, audit_log_details d join audit_logs l on l.id = d.audit_log_id where l.seq = 1`;
    await trail.tamper(copy('2'));
    expect((await trail.verify()).problems).toContain('entry 2 is there twice');
    await trail.tamper(copy('3'));
    expect((await trail.verify()).problems).toContain(
      'the head says that the chain ends at 2, but it goes on to 3',
    );
  });

  it('a tail that was cut off without the head', async () => {
    await many(3);
    await trail.tamper('delete from audit_logs where seq = 3');
    expect((await trail.verify()).problems).toEqual(['entry 3 is missing']);
  });

  it('a tail that was cut off with the head rewound, by a checkpoint in the database', async () => {
    await many(3);
    await trail.audit.checkpoint();
    await trail.tamper(
      'delete from audit_logs where seq = 3',
      'update audit_heads set seq = 2, mac = (select mac from audit_logs where seq = 2)',
    );
    expect((await trail.verify()).problems).toEqual([
      expect.stringMatching(
        /^the chain ends at 2, but the checkpoint of .* saw entry 3: the end was cut off$/,
      ),
    ]);
  });

  it('the same when the database was put back as a whole, by the file', async () => {
    await many(2);
    await trail.audit.checkpoint();
    await many(1);
    await trail.audit.checkpoint();
    await trail.tamper(
      'delete from audit_logs where seq = 3',
      'update audit_heads set seq = 2, mac = (select mac from audit_logs where seq = 2)',
      'delete from audit_checkpoints where seq = 3',
    );
    expect((await trail.verify()).problems).toEqual([expect.stringMatching(/in the file saw entry 3/)]);
  });

  it('a tail that was replaced by new entries', async () => {
    await many(3);
    await trail.audit.checkpoint();
    await trail.tamper(
      'delete from audit_logs where seq = 3',
      'update audit_heads set seq = 2, mac = (select mac from audit_logs where seq = 2)',
    );
    await many(2);
    const { problems } = await trail.verify();
    expect(problems).toEqual([
      expect.stringMatching(/^entry 3 is not the one that the checkpoint of .* in the database saw$/),
      expect.stringMatching(/^entry 3 is not the one that the checkpoint of .* in the file saw$/),
    ]);
  });

  it('a head that fits no entry, and a chain that another key wrote', async () => {
    await many(2);
    await trail.tamper("update audit_heads set mac = '\\x00'");
    expect((await trail.verify()).problems).toEqual(['the head does not fit the last entry of the chain']);
    expect(
      (await trail.verify({ key: 'another key than the one it was written with' })).problems,
    ).toHaveLength(7);
  });

  const wipe = [
    'delete from audit_log_details',
    'delete from audit_logs',
    'delete from audit_checkpoints',
    String.raw`update audit_heads set seq = 0, mac = decode(repeat('00', 32), 'hex'), chain_id = gen_random_uuid()`,
  ];

  it('a trail that was wiped and begun anew under another id, unless whoever runs the check knows of it', async () => {
    await many(2);
    await trail.audit.checkpoint();
    const [head] = await trail.sql<{ chain_id: string }>('select chain_id from audit_heads');
    await trail.tamper(...wipe);
    const put = `audit-checkpoints.log knows another chain (${head?.chain_id}), up to entry 2: this one was put in its place`;
    expect((await trail.verify()).problems).toEqual([put]);
    await many(1);
    await trail.audit.checkpoint();
    expect((await trail.verify()).problems).toEqual([put]);
    const acceptChains = [String(head?.chain_id)];
    expect(await trail.verify({ acceptChains })).toMatchObject({ foreignLines: 1, problems: [] });
  });

  it('an entry before the first one, and details of none', async () => {
    await many(2);
    const forged = (seq: string): string =>
      `with new as (select gen_random_uuid() as id) insert into audit_logs (id, seq, action, category, details_digest, origin_digest, mac)
       select new.id, ${seq}, action, category, details_digest, origin_digest, mac from audit_logs, new where seq = 1`;
    await expect(trail.sql(forged('0'))).rejects.toMatchObject({ code: '23514' });
    // The other tests want the constraint back.
    await trail.sql('begin');
    onTestFinished(async () => void (await trail.sql('rollback')));
    await trail.sql('alter table audit_logs drop constraint audit_logs_seq_check');
    await trail.tamper(forged('0'), forged('-5'), forged('-9223372036854775808'));
    expect((await trail.verify()).problems).toEqual([
      expect.stringMatching(/^entry -9223372036854775808 .* was never written by Lectern$/),
      expect.stringMatching(/^entry -5 .* was never written by Lectern$/),
      expect.stringMatching(/^entry 0 .* was never written by Lectern$/),
    ]);
    await trail.tamper(
      'delete from audit_logs where seq < 1',
      String.raw`insert into audit_log_details (audit_log_id, details_salt, origin_salt) values (gen_random_uuid(), '\x00', '\x00')`,
    );
    expect((await trail.verify()).problems).toEqual(['there are details without an entry: 1']);
  });

  it('a forged checkpoint, in the database and in the file', async () => {
    await many(2);
    await trail.audit.checkpoint();
    await trail.tamper(
      "insert into audit_checkpoints (kind, seq, mac, signature, created_at) select 'retention', 1, mac, '\\x00', now() from audit_logs where seq = 1",
      'delete from audit_logs where seq = 1',
    );
    const path = checkpointFile(trail.dataDir);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":2', '"seq":1'));
    expect((await trail.verify()).problems).toEqual([
      'the checkpoint in the database at entry 1 has no valid signature',
      'line 1 of audit-checkpoints.log has no valid signature',
      'entry 1 is missing',
    ]);
  });

  it('that the file was taken away', async () => {
    await many(1);
    await trail.audit.checkpoint();
    rmSync(checkpointFile(trail.dataDir));
    expect((await trail.verify()).problems).toEqual([
      'the file audit-checkpoints.log is missing, though checkpoints were written',
    ]);
  });

  it('edited values, an edited address, and details that are gone', async () => {
    await many(4);
    const where = (seq: number): string => `audit_log_id = (select id from audit_logs where seq = ${seq})`;
    await trail.tamper(
      `update audit_log_details set new_values = '{"n": 7}' where ${where(1)}`,
      `update audit_log_details set ip_address = '10.0.0.1' where ${where(2)}`,
      `delete from audit_log_details where ${where(3)}`,
      `update audit_log_details set description = 'x' where ${where(4)}`,
    );
    expect((await trail.verify()).problems).toEqual([
      'the values of entry 1 are not as they were written',
      'the address or browser of entry 2 is not as it was written',
      'the details of entry 3 are missing',
      'the values of entry 4 are not as they were written',
    ]);
  });

  it('values that somebody else than Lectern erased', async () => {
    await many(1);
    // The database lets it pass, the signature is what is missing.
    await trail.sql(
      'update audit_log_details set details_erased_at = now(), details_salt = null, old_values = null, new_values = null, description = null, metadata = null',
    );
    expect((await trail.verify()).problems).toEqual(['a part of entry 1 was taken out, and not by Lectern']);
  });
});

describe('checkpoints', () => {
  it('are taken once per state, and name the database they are of', async () => {
    await trail.audit.checkpoint();
    expect(await trail.sql('select 1 from audit_checkpoints')).toEqual([]);
    await many(2);
    await trail.audit.checkpoint();
    await trail.audit.checkpoint();
    await many(1);
    await trail.audit.checkpoint();
    const lines = readFileSync(checkpointFile(trail.dataDir), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2);
    const foreign = lines[0]?.replace(/"chainId":"[^"]+"/, `"chainId":"${randomUUID()}"`);
    const file = `${lines.join('\n')}\n${foreign}\n{"half a`;
    expect(await trail.verify({ file })).toMatchObject({
      checkpoints: { database: 2, file: 2 },
      foreignLines: 1,
      problems: [],
    });
  });
});

describe('the file of checkpoints', () => {
  it('catches up when a crash kept a line from it', async () => {
    await many(2);
    await trail.audit.checkpoint();
    const path = checkpointFile(trail.dataDir);
    const [first = ''] = readFileSync(path, 'utf8').split('\n');
    await many(1);
    await trail.audit.checkpoint();
    writeFileSync(path, `${first}\n{"half a`);
    await trail.audit.checkpoint();
    expect(readFileSync(path, 'utf8')).toMatch(/"seq":3[^\n]+\n$/);
    await trail.audit.checkpoint();
    expect(readFileSync(path, 'utf8').match(/"seq":3/g)).toHaveLength(1);
  });
});

describe('erasure', () => {
  it('takes out what tells of a person, keeps the rest, and the chain stays valid', async () => {
    const ann = randomUUID();
    const bob = randomUUID();
    const from = (ipAddress: string, entry: Parameters<Trail['record']>[0]): Promise<void> =>
      withRequestContext({ requestId: null, ipAddress, userAgent: 'Firefox' }, () => trail.record(entry));
    await from('10.0.0.1', {
      actor: actorOf(ann),
      action: 'user.updated',
      resourceType: 'user',
      resourceId: ann,
      new: { displayName: 'Ann' },
    });
    await from('10.0.0.2', {
      actor: actorOf(bob),
      action: 'user.updated',
      resourceType: 'user',
      resourceId: ann,
      new: { displayName: 'Anne' },
    });
    await from('10.0.0.1', { actor: actorOf(ann), action: 'course.updated', new: { title: 'Biology' } });
    await from('10.0.0.2', {
      actor: actorOf(bob),
      action: 'invitation.created',
      new: { email: 'Ann@school.test' },
    });
    await from('10.0.0.2', { actor: actorOf(bob), action: 'course.updated', new: { title: 'Chemistry' } });
    await from('10.0.0.3', {
      actor: null,
      action: 'session.refused',
      resourceType: 'user',
      resourceId: ann,
      metadata: { reason: 'x' },
    });
    const erased = await trail.db.transaction((tx) =>
      trail.audit.eraseDetailsOf(tx, ann, ['ann@school.test', ' ']),
    );
    expect(erased).toEqual({ details: 4, origins: 3 });
    const rows = await trail.sql(
      `select new_values, host(ip_address) as ip from audit_log_details d join audit_logs l on l.id = d.audit_log_id order by l.seq`,
    );
    expect(rows).toEqual([
      { new_values: null, ip: null },
      { new_values: null, ip: '10.0.0.2' },
      { new_values: { title: 'Biology' }, ip: null },
      { new_values: null, ip: '10.0.0.2' },
      { new_values: { title: 'Chemistry' }, ip: '10.0.0.2' },
      { new_values: null, ip: null },
    ]);
    expect(await trail.verify()).toMatchObject({ erased: { details: 4, origins: 3 }, problems: [] });
    const again = await trail.db.transaction((tx) => trail.audit.eraseDetailsOf(tx, ann));
    expect(again).toEqual({ details: 0, origins: 0 });
  });

  it('writes down that somebody erased themselves without where they did it from', async () => {
    const ann = randomUUID();
    await withRequestContext({ requestId: null, ipAddress: '10.0.0.1', userAgent: 'Firefox' }, () =>
      trail.db.transaction(async (tx) => {
        const entry = { actor: actorOf(ann), category: 'data_change', resourceType: 'user' } as const;
        trail.audit.record(tx, { ...entry, action: 'user.updated', resourceId: ann });
        await trail.audit.eraseDetailsOf(tx, ann);
        trail.audit.record(tx, { ...entry, action: 'user.erased', resourceId: ann, tags: ['gdpr'] });
      }),
    );
    expect(await trail.sql('select ip_address, user_agent from audit_log_details')).toEqual([
      { ip_address: null, user_agent: null },
      { ip_address: null, user_agent: null },
    ]);
    expect((await trail.verify()).problems).toEqual([]);
  });

  it('is undone with the transaction it is part of', async () => {
    const ann = randomUUID();
    await trail.record({ resourceType: 'user', resourceId: ann, new: { displayName: 'Ann' } });
    const failing = trail.db.transaction(async (tx) => {
      await trail.audit.eraseDetailsOf(tx, ann);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await trail.sql('select new_values from audit_log_details')).toEqual([
      { new_values: { displayName: 'Ann' } },
    ]);
  });
});

describe('retention', () => {
  it('drops whole months after seven years and leaves a signed beginning', async () => {
    await many(3);
    await trail.audit.checkpoint();
    await trail.audit.retain();
    expect(await trail.verify()).toMatchObject({ entries: 3, retainedFrom: 0 });
    // The month of the entries lies seven years back, that of the next one does not.
    trail.clock.advance(8 * 366 * 86_400_000);
    await trail.audit.retain();
    expect(await trail.sql('select 1 from audit_log_details')).toEqual([]);
    await many(2);
    await trail.audit.checkpoint();
    expect(await trail.verify()).toMatchObject({
      entries: 2,
      first: 4,
      last: 5,
      retainedFrom: 3,
      problems: [],
    });
    const old = '0190c0de-0000-7000-8000-000000000001';
    await trail.tamper(
      `insert into audit_logs (id, seq, action, category, details_digest, origin_digest, mac)
       select '${old}', 2, action, category, details_digest, origin_digest, mac from audit_logs where seq = 4`,
    );
    expect((await trail.verify()).problems).toEqual([
      `entry 2 (${old}) was dropped because of its age, and is there again`,
    ]);
    await trail.tamper('delete from audit_logs where seq in (2, 4)');
    expect((await trail.verify()).problems[0]).toBe('entry 4 is missing');
  });
});
