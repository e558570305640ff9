import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** The process's figures for Prometheus; features add gauges that are read when asked. */
export interface Metrics {
  gauge(name: string, help: string, read: () => number): void;
  text(): Promise<string>;
  contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
