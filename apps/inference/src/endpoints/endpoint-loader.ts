/**
 * Loads the checkpoints that endpoints are to have, and writes down what became of that: `ready` once one has answered,
 * `failed` where it cannot. A checkpoint that an endpoint moves to answers requests only after it was loaded; one that
 * cannot be loaded never does.
 */
import type { ErrorRecord, ModelDescription } from '@trainyard/contracts';
import type { Database, EndpointUse, ServedEndpoint, UseFence } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import { LoadFailure } from '../models/load-failure.js';
import type { EndpointDirectory } from './endpoint-directory.js';
import type { LoadedModels } from './loaded-models.js';

/** How often loading is tried where the failure may pass. */
const ATTEMPTS_MAX = 3;

type Endpoints = Pick<Database['endpoints'], 'setReady' | 'setFailed' | 'completeMove' | 'useReady' | 'useFailed'>;

export interface EndpointLoaderOptions {
  endpoints: Endpoints;
  directory: EndpointDirectory;
  loaded: LoadedModels;
  /** Says which models are loaded, before an endpoint is said to be ready. */
  reportLoaded: () => Promise<void>;
  log: FastifyBaseLogger;
}

export class EndpointLoader {
  readonly #options: EndpointLoaderOptions;
  /** Failed attempts, by endpoint and checkpoint. */
  readonly #attempts = new Map<string, number>();

  constructor(options: EndpointLoaderOptions) {
    this.#options = options;
  }

  /** Loads the checkpoint of an endpoint that starts. */
  async start(served: ServedEndpoint): Promise<void> {
    const { endpoints, loaded } = this.#options;
    const { endpoint, model } = served;
    const { checkpointId } = model;
    await this.#attempt(`${endpoint.id} ${checkpointId}`, {
      load: () => loaded.load(model),
      loaded: async ({ batch_exact }) => {
        await endpoints.setReady(endpoint.id, checkpointId, batch_exact);
        this.#tell(served, 'an endpoint is ready');
      },
      failed: async (error) => {
        await endpoints.setFailed(endpoint.id, checkpointId, error);
        this.#tell(served, 'an endpoint failed', error);
      },
    });
    await this.#options.directory.reload(endpoint.id);
  }

  /** Loads a checkpoint that an endpoint was given while it serves another. */
  async add(served: ServedEndpoint, { role, model }: EndpointUse): Promise<void> {
    const { endpoints, loaded } = this.#options;
    const { id } = served.endpoint;
    const { checkpointId } = model;
    const fence: UseFence = { endpointId: id, role, checkpointId };
    await this.#attempt(`${id} ${checkpointId}`, {
      load: () => loaded.load(model),
      loaded: async ({ batch_exact }) => {
        if (role === 'move') await endpoints.completeMove(id, checkpointId, batch_exact);
        else await endpoints.useReady(fence);
        this.#tell(served, role === 'move' ? 'an endpoint has moved' : 'a checkpoint was added to an endpoint');
      },
      failed: async (error) => {
        await endpoints.useFailed(fence, error);
        this.#tell(served, 'a checkpoint of an endpoint could not be loaded', error);
      },
    });
    await this.#options.directory.reload(id);
  }

  async #attempt(key: string, outcome: Outcome): Promise<void> {
    try {
      const description = await outcome.load();
      this.#attempts.delete(key);
      await this.#options.reportLoaded();
      await outcome.loaded(description);
    } catch (failure) {
      if (!(failure instanceof LoadFailure)) throw failure;
      const attempts = (this.#attempts.get(key) ?? 0) + 1;
      this.#attempts.set(key, attempts);
      if (failure.isPassing && attempts < ATTEMPTS_MAX) return;
      this.#attempts.delete(key);
      await outcome.failed(failure.isPassing ? gaveUp(failure.record) : failure.record);
    }
  }

  #tell({ endpoint, model }: ServedEndpoint, message: string, error?: ErrorRecord): void {
    const fields = { endpoint_id: endpoint.id, name: endpoint.name, served: model.checkpointId };
    if (error === undefined) this.#options.log.info(fields, message);
    else this.#options.log.warn({ ...fields, code: error.code }, message);
  }
}

interface Outcome {
  load: () => Promise<ModelDescription>;
  loaded: (description: ModelDescription) => Promise<void>;
  failed: (error: ErrorRecord) => Promise<void>;
}

function gaveUp({ code, message }: ErrorRecord): ErrorRecord {
  const detail = `It could not be loaded in ${ATTEMPTS_MAX} attempts. The last one ended with: ${message}`;
  return { code: code === 'endpoint_not_ready' ? 'internal' : code, message: detail };
}
