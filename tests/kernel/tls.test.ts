import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import type { HttpServer } from '../../server/kernel/http/server.ts';
import { lanCertificate } from '../../server/kernel/lan.ts';
import { createLogger } from '../../server/kernel/logger.ts';

let http: HttpServer;
let port: number;
let folder: string;
let ca: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-tls-'));
  const tls = await lanCertificate(folder, '127.0.0.1');
  ca = readFileSync(tls.cert, 'utf8');
  http = createHttpServer({ log: createLogger('silent'), originAllowed: () => true, trustProxy: [], tls });
  http.mount({ operations: Router(), docs: Router(), api: Router() });
  const sockets = new WebSocketServer({ noServer: true });
  http.onUpgrade('/echo', (req, socket, head) =>
    sockets.handleUpgrade(req, socket, head, (ws) => ws.on('message', (data) => ws.send(data))),
  );
  ({ port } = await http.listen(0, '127.0.0.1'));
});
afterAll(async () => {
  await http?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a client with these wishes agrees on with the server, or why they do not agree. */
async function agreed(wishes: ConnectionOptions): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca, ...wishes });
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol()} ${socket.getCipher().name}`;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

describe('a server that speaks TLS itself', () => {
  it('takes 1.3, and 1.2 from those who know no better, and nothing before', async () => {
    expect(await agreed({})).toMatch(/^TLSv1\.3 TLS_AES_256_GCM/);
    expect(await agreed({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2 ECDHE-/);
    for (const version of ['TLSv1.1', 'TLSv1'] as const)
      expect(
        await agreed({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }),
      ).toMatch(/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
  });

  it('takes ciphers with forward secrecy that authenticate, and no others', async () => {
    const old = { maxVersion: 'TLSv1.2' } as const;
    for (const ciphers of ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'])
      expect(await agreed({ ...old, ciphers })).toBe(`TLSv1.2 ${ciphers}`);
    // CBC, and one without authentication of the server.
    for (const ciphers of ['ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA', 'aNULL@SECLEVEL=0'])
      expect(await agreed({ ...old, ciphers })).toMatch(/HANDSHAKE_FAILURE/);
  });

  it('speaks nothing else on that port: neither pages nor sockets come without it', async () => {
    const plain = createConnection({ host: '127.0.0.1', port });
    plain.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    let answer = '';
    for await (const chunk of plain) answer += String(chunk);
    expect(answer).not.toContain('HTTP/1.1 200');
    const refused = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error).toBeInstanceOf(Error);
    const ws = new WebSocket(`wss://127.0.0.1:${port}/echo`, { ca });
    await once(ws, 'open');
    ws.send('hello');
    expect(String((await once(ws, 'message'))[0])).toBe('hello');
    ws.close();
  });
});

it('the certificate for a school’s own network is kept while it fits, and made anew for another address or near its end', async () => {
  const dir = join(folder, 'lan');
  const made = async (address: string, now: string): Promise<string> =>
    readFileSync((await lanCertificate(dir, address, new Date(now))).cert, 'utf8');
  const first = await made('192.0.2.7', '2026-01-01T00:00:00Z');
  expect(await made('192.0.2.7', '2026-11-30T00:00:00Z')).toBe(first);
  const second = await made('192.0.2.7', '2026-12-15T00:00:00Z');
  expect(second).not.toBe(first);
  expect(await made('192.0.2.8', '2026-12-15T00:00:00Z')).not.toBe(second);
});
