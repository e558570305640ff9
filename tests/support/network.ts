import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A cable between one person and the server, which a test can pull. */
export interface Cable {
  url: string;
  pull(): void;
  plug(): void;
  close(): Promise<void>;
}

/** HTTP and WebSocket through a port of their own. Pulled, connections hang as they do when a network is gone. */
export async function tcpCable(target: string): Promise<Cable> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  let cut = false;
  const server = createServer((client) => {
    if (cut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pull() {
      cut = true;
      for (const [client, upstream] of pairs) {
        client.destroy();
        upstream.destroy();
      }
    },
    plug() {
      cut = false;
    },
    async close() {
      for (const [client, upstream] of pairs) {
        client.destroy();
        upstream.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}

/** The way of all media packets, told apart by the browser's port. */
export interface MediaCable {
  /** From now on a newcomer's packets belong to `who`. */
  nextIs(who: string): void;
  pull(who: string): void;
  plug(who: string): void;
  close(): void;
}

/**
 * Media packets through a second loopback address: the server announces `address`, where this relay listens on the port
 * on which the server listens at 127.0.0.1.
 */
export async function mediaCable(address: string, port: number): Promise<MediaCable> {
  const front = createSocket('udp4');
  const flows = new Map<string, { who: string; socket: UdpSocket }>();
  const cut = new Set<string>();
  let newcomer = '';
  front.on('message', (packet, from) => {
    const key = `${from.address}:${from.port}`;
    let flow = flows.get(key);
    if (!flow) {
      flow = { who: newcomer, socket: createSocket('udp4') };
      const { who } = flow;
      flow.socket.on('message', (answer) => {
        if (!cut.has(who)) front.send(answer, from.port, from.address);
      });
      flow.socket.on('error', () => undefined);
      flows.set(key, flow);
    }
    if (!cut.has(flow.who)) flow.socket.send(packet, port, '127.0.0.1');
  });
  front.bind(port, address);
  await once(front, 'listening');
  return {
    nextIs(who) {
      newcomer = who;
    },
    pull: (who) => void cut.add(who),
    plug: (who) => void cut.delete(who),
    close() {
      for (const { socket } of flows.values()) socket.close();
      front.close();
    },
  };
}
