// What y-websocket 2.1.0 ships as bin/server.cjs, on a port of the bench's: the same few lines around its
// setupWSConnection, without persistence. ws comes in the version that Lectern uses, so that only the servers differ.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { setupWSConnection } from 'y-websocket/bin/utils';
import { serve } from './serve.mjs';

const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', setupWSConnection);
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (websocket) => sockets.emit('connection', websocket, request));
});
serve(server);
