// A chat on plain Socket.IO: relays at once, stores nothing. Transport options as in server/kernel/realtime/io.ts; the
// line has the fields of Lectern's `chat.sent`, so that both send the same bytes.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { serve } from './serve.mjs';

const server = createServer();
const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  maxHttpBufferSize: 256 * 1024,
  perMessageDeflate: false,
  pingInterval: 6000,
  pingTimeout: 6000,
});
const live = io.of('/live');
let seq = 0;

live.on('connection', (socket) => {
  const userId = randomUUID();
  socket.on('join', async ({ sessionId }, ack) => {
    await socket.join(sessionId);
    socket.data = { sessionId };
    ack({ ok: true, data: {} });
  });
  socket.on('reaction.send', ({ reaction }, ack) => {
    live.to(socket.data.sessionId).emit('reaction.shown', { userId, reaction });
    ack({ ok: true, data: {} });
  });
  socket.on('chat.send', ({ key, text }, ack) => {
    const id = randomUUID();
    const at = new Date().toISOString();
    seq += 1;
    const fact = { seq, at, type: 'chat.sent', id, userId, displayName: 'Student 1', text, sentAt: at, key };
    live.to(socket.data.sessionId).emit('chat.sent', fact);
    ack({ ok: true, data: { id, sentAt: at } });
  });
});
serve(server);
