/** Answers for endpoints, and writes down what becomes of them: `ready` once one has answered, `failed` where it cannot. */
import { type ErrorRecord, type PredictInput, TrainyardError } from '@trainyard/contracts';
import type { Database, ServedEndpoint } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { Prediction, PredictOptions } from '../models/batcher.js';
import { LoadFailure } from '../models/load-failure.js';
import type { ModelPool } from '../models/model-pool.js';

/** How often loading is tried for an endpoint that starts, where the failure may pass. */
const START_ATTEMPTS_MAX = 3;

export class EndpointService {
  readonly #pool: ModelPool;
  readonly #endpoints: Database['endpoints'];
  readonly #log: FastifyBaseLogger;
  /** Failed attempts to start, by endpoint id. */
  readonly #attempts = new Map<string, number>();

  constructor(pool: ModelPool, endpoints: Database['endpoints'], log: FastifyBaseLogger) {
    this.#pool = pool;
    this.#endpoints = endpoints;
    this.#log = log;
  }

  /**
   * A prediction of an endpoint's model, which is loaded first where it is not. Throws `endpoint_not_ready` where that
   * fails or takes long, and what the model refuses the input with.
   */
  async predict(served: ServedEndpoint, input: PredictInput, options: PredictOptions = {}): Promise<Prediction> {
    const { status, name, error } = served.endpoint;
    if (status === 'failed') throw notReady(`The endpoint "${name}" could not be started: ${error?.message}`);
    try {
      return await this.#pool.predict(served.model, input, options);
    } catch (failure) {
      if (!(failure instanceof LoadFailure)) throw failure;
      if (!failure.isPassing) await this.#setFailed(served, failure.record);
      throw notReady(`The model of the endpoint "${name}" could not be loaded: ${failure.record.message}`);
    }
  }

  /** Loads the model of an endpoint that starts; once it has answered its warm-up the endpoint is `ready`. */
  async start(served: ServedEndpoint): Promise<void> {
    const { id, name } = served.endpoint;
    try {
      await this.#pool.load(served.model);
      this.#attempts.delete(id);
      await this.#endpoints.setReady(id, served.model.checkpointId);
      this.#log.info({ endpoint_id: id, name }, 'an endpoint is ready');
    } catch (failure) {
      if (!(failure instanceof LoadFailure)) throw failure;
      await this.#startFailed(served, failure);
    }
  }

  async #startFailed(served: ServedEndpoint, failure: LoadFailure): Promise<void> {
    const attempts = (this.#attempts.get(served.endpoint.id) ?? 0) + 1;
    this.#attempts.set(served.endpoint.id, attempts);
    if (failure.isPassing && attempts < START_ATTEMPTS_MAX) return;
    await this.#setFailed(served, failure.isPassing ? gaveUp(failure.record) : failure.record);
  }

  async #setFailed({ endpoint, model }: ServedEndpoint, error: ErrorRecord): Promise<void> {
    this.#attempts.delete(endpoint.id);
    await this.#endpoints.setFailed(endpoint.id, model.checkpointId, error);
    this.#log.warn({ endpoint_id: endpoint.id, name: endpoint.name, code: error.code }, 'an endpoint failed');
  }
}

function gaveUp({ code, message }: ErrorRecord): ErrorRecord {
  const detail = `It could not be loaded in ${START_ATTEMPTS_MAX} attempts. The last one ended with: ${message}`;
  return { code: code === 'endpoint_not_ready' ? 'internal' : code, message: detail };
}

function notReady(detail: string): TrainyardError {
  return new TrainyardError('endpoint_not_ready', detail);
}
