import { timingSafeEqual } from 'node:crypto';
import { Router } from 'express';
import type { Metrics } from '../telemetry/metrics.ts';

/** What `/readyz` says besides its status. */
export interface Readiness {
  database: 'up' | 'down';
  /** Codes and figures only: everybody may ask. */
  media: { state: string; reason: string | null; percent: number | null };
  demo: boolean;
  version: string;
}

/**
 * `/healthz`: the process answers. `/readyz`: 200 while it can serve classes, whether or not media is there yet.
 * `/metrics`: for Prometheus, with a bearer token where METRICS_TOKEN is set.
 */
export function operationsRouter(options: {
  readiness: () => Promise<Readiness>;
  metrics: Metrics;
  metricsToken?: string;
}): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/readyz', async (_req, res) => {
    const readiness = await options.readiness();
    const ready = readiness.database === 'up';
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'unavailable', ...readiness });
  });
  router.get('/metrics', async (req, res) => {
    const given = req.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    if (options.metricsToken && !same(given, options.metricsToken)) return void res.status(401).end();
    res.type(options.metrics.contentType).send(await options.metrics.text());
  });
  return router;
}

function same(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
