/** The endpoints of a project as the models of the protocol: their versions, their signatures and their states. */
import { LIST_LIMIT_MAX, type ModelDescription, type RepositoryIndex, TrainyardError } from '@trainyard/contracts';
import type { Database, ServedEndpoint, TrainedModel } from '@trainyard/db';
import { answerFormOf } from '../endpoints/answer-form.js';
import type { EndpointService } from '../endpoints/endpoint-service.js';
import type { ModelPool } from '../models/model-pool.js';
import type { Signature } from './signature.js';

export interface ProtocolModelsOptions {
  endpoints: Pick<Database['endpoints'], 'list' | 'servedById'>;
  service: EndpointService;
  pool: ModelPool;
}

export type VersionState = Pick<RepositoryIndex[number], 'state' | 'reason'>;

/** Descriptions that are kept: they are small, and a checkpoint never changes. */
const DESCRIBED_MAX = 1000;

export class ProtocolModels {
  readonly #options: ProtocolModelsOptions;
  readonly #described = new Map<string, ModelDescription>();
  /** Checkpoints that were unloaded on request, and not asked of since. */
  readonly #unloaded = new Set<string>();

  constructor(options: ProtocolModelsOptions) {
    this.#options = options;
  }

  /** Throws `not_found`. */
  find(projectId: string, nameOrId: string): Promise<ServedEndpoint> {
    return this.#options.service.find(projectId, nameOrId);
  }

  /** Every endpoint of a project, by name. */
  async all(projectId: string): Promise<ServedEndpoint[]> {
    const { endpoints } = this.#options;
    const ids: string[] = [];
    for (let after: string | null = '', limit = LIST_LIMIT_MAX; after !== null; ) {
      const page = await endpoints.list(projectId, after === '' ? { limit } : { limit, after });
      ids.push(...page.data.map(({ id }) => id));
      after = page.next_cursor;
    }
    const all = await endpoints.servedById(ids);
    return all.sort((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : 1));
  }

  /** The checkpoints that answer requests, the endpoint's own first. */
  versions(served: ServedEndpoint): TrainedModel[] {
    return this.#options.service.versions(served);
  }

  /** The version that was asked for; the endpoint's own where none was. Throws `not_found`. */
  version(served: ServedEndpoint, version: string | undefined): TrainedModel {
    const versions = this.versions(served);
    if (version === undefined) return versions[0];
    const found = versions.find(({ checkpointId }) => checkpointId === version);
    if (found !== undefined) return found;
    const known = versions.map(({ checkpointId }) => checkpointId).join(', ');
    const detail = `The model "${served.endpoint.name}" has no version "${version}". It has: ${known}.`;
    throw new TrainyardError('not_found', detail);
  }

  /** Throws `endpoint_not_ready` where the model is not known yet and cannot be loaded. */
  async signature(served: ServedEndpoint, model: TrainedModel): Promise<Signature> {
    const { image, output } = this.#described.get(model.checkpointId) ?? (await this.load(served, model));
    return { model: served.endpoint.name, image, output, labels: answerFormOf(served).labels };
  }

  /** Once it resolves the model answers at once. Throws `endpoint_not_ready`. */
  async load(served: ServedEndpoint, { checkpointId }: TrainedModel): Promise<ModelDescription> {
    const { service, pool } = this.#options;
    this.#unloaded.delete(checkpointId);
    const { answer } = await service.ask(served, (model) => pool.load(model), { checkpointId });
    if (this.#described.size >= DESCRIBED_MAX) this.#described.clear();
    this.#described.set(checkpointId, answer);
    return answer;
  }

  unload({ checkpointId }: TrainedModel): void {
    this.#unloaded.add(checkpointId);
    this.#options.pool.unload(checkpointId);
  }

  /** Whether a version would answer now; one that made room for another is loaded again by the next request. */
  state({ endpoint }: ServedEndpoint, { checkpointId }: TrainedModel): VersionState {
    if (this.#options.pool.isLoaded(checkpointId)) {
      this.#unloaded.delete(checkpointId);
      return { state: 'READY', reason: '' };
    }
    if (endpoint.status === 'failed') return { state: 'UNAVAILABLE', reason: endpoint.error?.message ?? 'failed' };
    if (endpoint.status === 'starting') return { state: 'LOADING', reason: 'It is being loaded.' };
    if (this.#unloaded.has(checkpointId)) return { state: 'UNAVAILABLE', reason: 'unloaded' };
    return { state: 'READY', reason: 'The next request loads it.' };
  }
}
