/** Looks into the database for endpoints that start, and for those that are gone but still have their model loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { ModelPool } from '../models/model-pool.js';
import type { EndpointService } from './endpoint-service.js';

const EVERY_MS = 300;
/** After the database did not answer. */
const RETRY_MS = 2_000;
const STARTS_MAX = 4;

interface Watched {
  endpoints: Database['endpoints'];
  service: EndpointService;
  pool: ModelPool;
  log: FastifyBaseLogger;
}

export class EndpointWatcher {
  readonly #watched: Watched;
  readonly #stopping = new AbortController();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #done: Promise<void>;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#done = this.#run();
  }

  /** Resolves once nothing that it began is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    await Promise.all(this.#starting.values());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pause = await this.#look().then(
        () => EVERY_MS,
        (err: unknown) => {
          this.#watched.log.warn({ err }, 'the endpoints cannot be read');
          return RETRY_MS;
        },
      );
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { endpoints, pool } = this.#watched;
    for (const served of await endpoints.starting()) {
      const { id } = served.endpoint;
      if (this.#starting.has(id) || this.#starting.size >= STARTS_MAX) continue;
      const started = this.#watched.service
        .start(served)
        .catch((err: unknown) => this.#watched.log.warn({ err, endpoint_id: id }, 'an endpoint was not started'))
        .finally(() => this.#starting.delete(id));
      this.#starting.set(id, started);
    }
    const loaded = pool.checkpoints();
    const used = new Set(loaded.length > 0 ? await endpoints.checkpointsInUse(loaded) : []);
    for (const checkpointId of loaded) if (!used.has(checkpointId)) pool.unload(checkpointId);
  }
}
