// Hocuspocus with its default settings and no extension: documents live in memory, nothing is stored.
import { Server } from '@hocuspocus/server';
import { serve } from './serve.mjs';

const { httpServer } = new Server({ quiet: true });
serve(httpServer);
