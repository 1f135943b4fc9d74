/** Answers for endpoints: chooses the checkpoint that a request goes to, and counts what came of it. */
import { type ErrorRecord, type PredictInput, TrainyardError } from '@trainyard/contracts';
import type { Database, EndpointUse, ServedEndpoint, TrainedModel } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { Prediction, PredictOptions } from '../models/batcher.js';
import { LoadFailure } from '../models/load-failure.js';
import type { ModelPool } from '../models/model-pool.js';
import type { EndpointDirectory } from './endpoint-directory.js';
import type { EndpointStatistics } from './endpoint-statistics.js';
import type { LoadedModels } from './loaded-models.js';
import { Sampler } from './sampler.js';
import { ShadowTraffic } from './shadow-traffic.js';

export interface EndpointServiceOptions {
  endpoints: Pick<Database['endpoints'], 'setFailed' | 'useFailed'>;
  directory: EndpointDirectory;
  pool: ModelPool;
  loaded: LoadedModels;
  statistics: EndpointStatistics;
  log: FastifyBaseLogger;
}

/** What a checkpoint of an endpoint said. */
export interface Answer<T> {
  /** The state of the endpoint that it was answered in. */
  served: ServedEndpoint;
  model: TrainedModel;
  answer: T;
}

/** How a checkpoint is asked. */
export type Ask<T> = (model: TrainedModel, served: ServedEndpoint) => Promise<T>;

export interface AskOptions {
  /** One of `versions`; by default the traffic decides. */
  checkpointId?: string;
}

export class EndpointService {
  readonly #options: EndpointServiceOptions;
  readonly #shadow: ShadowTraffic;
  readonly #sampler = new Sampler();
  /** What answers here for an endpoint while its new checkpoint is not loaded here yet, by endpoint id. */
  readonly #own = new Map<string, TrainedModel>();

  constructor(options: EndpointServiceOptions) {
    this.#options = options;
    this.#shadow = new ShadowTraffic(options.pool, options.statistics);
  }

  /** Mostly without a query. Throws `not_found`. */
  find(projectId: string, idOrName: string): Promise<ServedEndpoint> {
    return this.#options.directory.find(projectId, idOrName);
  }

  /**
   * A prediction of an endpoint, whose checkpoint is loaded first where it is not. Throws `endpoint_not_ready` where that
   * fails or takes long, `overloaded`, and what the model refuses the input with.
   */
  async predict(
    served: ServedEndpoint,
    input: PredictInput,
    { checkpointId, ...options }: AskOptions & Omit<PredictOptions, 'batching' | 'background'> = {},
  ): Promise<Answer<Prediction>> {
    const { pool, statistics } = this.#options;
    const startedAt = performance.now();
    const answer = await this.ask(
      served,
      (model, { settings }) => pool.predict(model, input, { ...options, ...batchingOf(settings.batching) }),
      checkpointId === undefined ? {} : { checkpointId },
    );
    const { model, answer: prediction } = answer;
    const asked = { endpointId: served.endpoint.id, checkpointId: model.checkpointId };
    statistics.answered(asked, { images: prediction.images, milliseconds: performance.now() - startedAt });
    const isOwn = model.checkpointId === answer.served.model.checkpointId;
    if (isOwn) this.#shadow.offer({ served: answer.served, input, prediction });
    return answer;
  }

  /** Asks a checkpoint of an endpoint for anything. Throws as `predict` does. */
  async ask<T>(found: ServedEndpoint, ask: Ask<T>, { checkpointId }: AskOptions = {}): Promise<Answer<T>> {
    const served = this.#options.directory.current(found);
    const { status, name, error } = served.endpoint;
    if (status === 'failed') throw notReady(`The endpoint "${name}" could not be started: ${error?.message}`);
    const model = checkpointId === undefined ? this.#choose(served) : this.#version(served, checkpointId);
    try {
      const answer = await ask(model, served);
      this.#options.loaded.noteAnswer(model);
      return { served, model, answer };
    } catch (failure) {
      if (!(failure instanceof LoadFailure)) throw failure;
      const other = await this.#notLoaded(served, model, failure);
      if (other === null || checkpointId !== undefined) throw notReady(couldNotLoad(name, failure));
      return { served, model: other, answer: await this.#askInstead(served, other, ask) };
    }
  }

  /** The checkpoints that answer requests, the endpoint's own first. */
  versions(found: ServedEndpoint): TrainedModel[] {
    const served = this.#options.directory.current(found);
    const part = this.#part(served);
    return part === undefined ? [this.own(served)] : [this.own(served), part.model];
  }

  /** The checkpoint that answers here: the one before for as long as the present one has never been loaded here. */
  own(served: ServedEndpoint): TrainedModel {
    const { id } = served.endpoint;
    const own = this.#own.get(id);
    const { checkpointId } = served.model;
    if (own !== undefined && own.checkpointId !== checkpointId && !this.#options.loaded.hasAnswered(checkpointId)) {
      return own;
    }
    this.#own.set(id, served.model);
    return served.model;
  }

  /** Forgets what answers for endpoints that are not among these. */
  keep(endpoints: readonly ServedEndpoint[]): void {
    const ids = new Set(endpoints.map(({ endpoint }) => endpoint.id));
    for (const id of this.#own.keys()) if (!ids.has(id)) this.#own.delete(id);
  }

  #choose(served: ServedEndpoint): TrainedModel {
    const part = this.#part(served);
    return part !== undefined && this.#sampler.picks(part.share ?? 0) ? part.model : this.own(served);
  }

  /** The other checkpoint of a split, once it has answered here. */
  #part({ uses }: ServedEndpoint): EndpointUse | undefined {
    return uses.find(
      ({ role, isReady, model }) =>
        role === 'traffic' && isReady && this.#options.loaded.hasAnswered(model.checkpointId),
    );
  }

  #version(served: ServedEndpoint, checkpointId: string): TrainedModel {
    const model = this.versions(served).find((version) => version.checkpointId === checkpointId);
    if (model !== undefined) return model;
    const detail = `The endpoint "${served.endpoint.name}" does not serve the checkpoint ${checkpointId}.`;
    throw new TrainyardError('not_found', detail);
  }

  /** Notes a checkpoint that cannot be loaded. Answers another one that may, or null. */
  async #notLoaded(served: ServedEndpoint, model: TrainedModel, failure: LoadFailure): Promise<TrainedModel | null> {
    const { endpoint, model: present } = served;
    const { checkpointId } = model;
    if (checkpointId !== present.checkpointId) {
      if (this.#own.get(endpoint.id)?.checkpointId === checkpointId) this.#own.set(endpoint.id, present);
      else if (!failure.isPassing) await this.#partFailed(served, checkpointId, failure.record);
      return this.own(served);
    }
    if (!failure.isPassing) await this.#setFailed(served, failure.record);
    return null;
  }

  async #askInstead<T>(served: ServedEndpoint, model: TrainedModel, ask: Ask<T>): Promise<T> {
    try {
      return await ask(model, served);
    } catch (failure) {
      throw failure instanceof LoadFailure ? notReady(couldNotLoad(served.endpoint.name, failure)) : failure;
    }
  }

  async #partFailed({ endpoint }: ServedEndpoint, checkpointId: string, error: ErrorRecord): Promise<void> {
    const { endpoints, directory } = this.#options;
    await endpoints.useFailed({ endpointId: endpoint.id, role: 'traffic', checkpointId }, error);
    await directory.reload(endpoint.id);
  }

  async #setFailed({ endpoint, model }: ServedEndpoint, error: ErrorRecord): Promise<void> {
    const { endpoints, directory, log } = this.#options;
    await endpoints.setFailed(endpoint.id, model.checkpointId, error);
    await directory.reload(endpoint.id);
    log.warn({ endpoint_id: endpoint.id, name: endpoint.name, code: error.code }, 'an endpoint failed');
  }
}

function batchingOf(batching: ServedEndpoint['settings']['batching']): Pick<PredictOptions, 'batching'> {
  return batching === null ? {} : { batching };
}

function couldNotLoad(name: string, { record }: LoadFailure): string {
  return `The model of the endpoint "${name}" could not be loaded: ${record.message}`;
}

function notReady(detail: string): TrainyardError {
  return new TrainyardError('endpoint_not_ready', detail);
}
