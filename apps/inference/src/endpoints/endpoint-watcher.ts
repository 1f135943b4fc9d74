/**
 * Looks a few times a second whether endpoints have changed, has their checkpoints loaded, and lets go of those that no
 * endpoint has any more.
 */
import type { Database, EndpointUse, ServedEndpoint } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { EndpointDirectory } from './endpoint-directory.js';
import type { EndpointLoader } from './endpoint-loader.js';
import type { EndpointService } from './endpoint-service.js';
import type { LoadedModels } from './loaded-models.js';
import { PeriodicTask } from './periodic-task.js';

const EVERY_MS = 200;
const LOADING_MAX = 4;
/** Until a checkpoint is tried again for which there was no room, or whose outcome could not be written. */
const AGAIN_MS = 1_000;

export interface EndpointWatcherOptions {
  endpoints: Pick<Database['endpoints'], 'pending'>;
  directory: EndpointDirectory;
  service: EndpointService;
  loader: EndpointLoader;
  loaded: LoadedModels;
  log: FastifyBaseLogger;
}

export class EndpointWatcher {
  readonly #options: EndpointWatcherOptions;
  /** By endpoint and checkpoint. */
  readonly #loading = new Map<string, Promise<void>>();
  /** When those that were not loaded are tried again. */
  readonly #notBefore = new Map<string, number>();
  readonly #task: PeriodicTask;

  constructor(options: EndpointWatcherOptions) {
    this.#options = options;
    this.#task = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.#look(),
      onFailed: (err) => options.log.warn({ err }, 'the endpoints cannot be read'),
    });
  }

  /** Resolves once nothing that it began is under way. */
  async stop(): Promise<void> {
    await this.#task.stop();
    await Promise.all(this.#loading.values());
  }

  async #look(): Promise<void> {
    const { endpoints, directory } = this.#options;
    if ((await directory.refresh()) > 0) {
      for (const served of await endpoints.pending()) this.#loadFor(served);
    }
    for (const served of directory.all()) this.#catchUp(served);
    this.#letGo();
  }

  #loadFor(served: ServedEndpoint): void {
    const { directory, loader } = this.#options;
    // Kept from now on, so that its checkpoints are let go of with it.
    if (directory.known(served.projectId, served.endpoint.id) === undefined) directory.put(served);
    if (served.endpoint.status === 'starting')
      this.#begin(served, served.model.checkpointId, () => loader.start(served));
    for (const use of served.uses) {
      if (!use.isReady) this.#begin(served, use.model.checkpointId, () => loader.add(served, use));
    }
  }

  /** Loads here what another server has found to be ready. */
  #catchUp(served: ServedEndpoint): void {
    const { loaded, service } = this.#options;
    const present = served.model;
    const parts = served.uses.filter(isPart).map(({ model }) => model);
    const missing = service.own(served).checkpointId === present.checkpointId ? parts : [present, ...parts];
    for (const model of missing) {
      if (loaded.hasAnswered(model.checkpointId)) continue;
      this.#begin(served, model.checkpointId, async () => void (await loaded.load(model)));
    }
  }

  #begin({ endpoint }: ServedEndpoint, checkpointId: string, load: () => Promise<void>): void {
    const key = `${endpoint.id} ${checkpointId}`;
    if (this.#loading.has(key) || this.#loading.size >= LOADING_MAX) return;
    if (performance.now() < (this.#notBefore.get(key) ?? 0)) return;
    this.#notBefore.delete(key);
    const { log } = this.#options;
    const fields = { endpoint_id: endpoint.id, checkpoint_id: checkpointId };
    const done = load()
      .catch((err: unknown) => {
        this.#notBefore.set(key, performance.now() + AGAIN_MS);
        log.warn({ err, ...fields }, 'a checkpoint of an endpoint was not loaded');
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, done);
  }

  #letGo(): void {
    const { directory, service, loaded } = this.#options;
    const all = directory.all();
    service.keep(all);
    const needed = all.flatMap((served) => [
      served.model.checkpointId,
      service.own(served).checkpointId,
      ...served.uses.map(({ model }) => model.checkpointId),
    ]);
    loaded.keep(new Set(needed));
  }
}

/** The shadow is loaded when it is asked, since nobody waits for it. */
function isPart({ role, isReady }: EndpointUse): boolean {
  return role === 'traffic' && isReady;
}
