/** A task that runs again and again, never twice at once. A failure is logged, and the task tried again later. */
import type { FastifyBaseLogger } from 'fastify';

export interface PeriodicTask {
  /** Runs the task soon, also where it is running already: then once more after that. */
  poke(): void;
  /** Resolves once a run in progress has ended; there is none after it. */
  stop(): Promise<void>;
}

export interface PeriodicTaskOptions {
  name: string;
  everyMs: number;
  log: FastifyBaseLogger;
  run: () => Promise<void>;
}

export function startPeriodicTask({ name, everyMs, log, run }: PeriodicTaskOptions): PeriodicTask {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let failing = false;

  async function attempt(): Promise<void> {
    try {
      await run();
      if (failing) log.info({ task: name }, 'the task works again');
      failing = false;
    } catch (err) {
      // Said once: the task fails at every turn while, for example, Redis is away.
      if (!failing) log.error({ err, task: name }, 'the task failed and is tried again');
      failing = true;
    }
  }

  async function loop(): Promise<void> {
    do {
      again = false;
      await attempt();
    } while (again && !stopped);
    running = undefined;
  }

  function poke(): void {
    if (stopped) return;
    if (running === undefined) running = loop();
    else again = true;
  }

  const timer = setInterval(() => {
    if (running === undefined) poke();
  }, everyMs);
  return {
    poke,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
