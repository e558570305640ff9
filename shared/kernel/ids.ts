import { z } from 'zod';

/** An id on the wire: a UUID; the server makes version 7, so ids sort by time of creation. */
export const id = z.uuid();

/** A key chosen by the client for one durable event or unsafe request; a repeat is answered with the first reply. */
export const idempotencyKey = z.uuid();
