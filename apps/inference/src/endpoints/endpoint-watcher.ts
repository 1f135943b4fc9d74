/** Looks into the database for endpoints that start, and for those that are gone but still have their model loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { ModelPool, PoolUser } from '../models/model-pool.js';
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
    for (const served of await this.#watched.endpoints.starting()) {
      const { id } = served.endpoint;
      if (this.#starting.has(id) || this.#starting.size >= STARTS_MAX) continue;
      const started = this.#watched.service
        .start(served)
        .catch((err: unknown) => this.#watched.log.warn({ err, endpoint_id: id }, 'an endpoint was not started'))
        .finally(() => this.#starting.delete(id));
      this.#starting.set(id, started);
    }
    for (const user of this.#watched.pool.users()) {
      if (!(await this.#isServed(user))) this.#watched.pool.forget(user);
    }
  }

  async #isServed({ projectId, endpointId, checkpointId }: PoolUser): Promise<boolean> {
    try {
      const endpoint = await this.#watched.endpoints.get(projectId, endpointId);
      return endpoint.checkpoint_id === checkpointId;
    } catch (error) {
      if (error instanceof TrainyardError && error.code === 'not_found') return false;
      throw error;
    }
  }
}
