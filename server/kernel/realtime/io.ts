import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';

/** Packets up to here are parsed and refused with a code where too large; beyond, the connection is closed (1009). */
const packetBytes = 256 * 1024;

/**
 * Socket.IO on the HTTP server. WebSocket only: no sticky sessions, one way to fail. No connection state recovery: it
 * lives in memory without a bound and is lost in a restart; the room log does that work.
 */
export function createIo(server: HttpServer, admits: (req: IncomingMessage) => Promise<boolean>): Server {
  return new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: packetBytes,
    perMessageDeflate: false,
    // Notes have their own upgrades on this server; engine.io would cut those that are slow to answer.
    destroyUpgrade: false,
    // A closed lid or a lost network is noticed within twelve seconds.
    pingInterval: 6000,
    pingTimeout: 6000,
    async allowRequest(req, done) {
      done(null, await admits(req));
    },
  });
}
