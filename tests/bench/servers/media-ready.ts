import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the server's media worker runs: it starts beside the server, which takes classes without it too. */
export async function mediaReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const body = (await (await fetch(`${url}/readyz`)).json()) as {
      media?: { state?: string; reason?: string | null };
    };
    if (body.media?.state === 'ready') return;
    if (body.media?.state === 'failed') throw new Error(`no media worker: ${body.media.reason ?? ''}`);
    await delay(100);
  }
  throw new Error('the media worker was not ready within 30 s');
}
