import { performance } from 'node:perf_hooks';
import { spread } from '../measure/figures.ts';
import type { LoadHealth } from './jobs.ts';

const everyMs = 10;

/** Watches this process while it generates load. */
export function watchHealth(): () => LoadHealth {
  const lateness: number[] = [];
  const loop = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  let due = performance.now() + everyMs;
  let timer = setTimeout(tick, everyMs);
  function tick(): void {
    const now = performance.now();
    // setTimeout counts whole milliseconds and may fire a fraction early.
    lateness.push(Math.max(0, now - due));
    due = now + everyMs;
    timer = setTimeout(tick, everyMs);
  }
  return () => {
    clearTimeout(timer);
    const { user, system } = process.cpuUsage(cpu);
    return {
      loopDelay: spread(lateness),
      utilization: performance.eventLoopUtilization(loop).utilization,
      cpuSeconds: (user + system) / 1e6,
    };
  };
}
