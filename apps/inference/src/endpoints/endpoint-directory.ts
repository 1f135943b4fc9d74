/**
 * The endpoints that were asked for, kept in memory, so that a request needs no query. Whether anything has changed is one
 * cheap query for all of them, which the watcher asks a few times a second.
 */

import { isId, TrainyardError } from '@trainyard/contracts';
import type { Database, ServedEndpoint } from '@trainyard/db';

const ENTRIES_MAX = 2_000;
/** Of all names that an endpoint may have, and few others. */
const NAME = /^[a-z0-9-]{1,63}$/;

type Endpoints = Pick<Database['endpoints'], 'served' | 'servedById' | 'state' | 'revisions'>;

export class EndpointDirectory {
  readonly #endpoints: Endpoints;
  readonly #byId = new Map<string, ServedEndpoint>();
  /** Ids, by project and name. */
  readonly #names = new Map<string, string>();
  readonly #asking = new Map<string, Promise<ServedEndpoint>>();
  #fingerprint = '';
  /** Something was put in whose row may have changed while it was read. */
  #isUnchecked = false;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  /** Throws `not_found`. */
  async find(projectId: string, idOrName: string): Promise<ServedEndpoint> {
    const known = this.known(projectId, idOrName);
    if (known !== undefined) return known;
    // Postgres is not asked for what no endpoint can be called, as NUL in a text, which it refuses.
    if (!isId('endpoint', idOrName) && !NAME.test(idOrName)) throw notFound(idOrName);
    return this.#ask(projectId, idOrName);
  }

  /** Undefined where nobody has asked for it so far. */
  known(projectId: string, idOrName: string): ServedEndpoint | undefined {
    const id = isId('endpoint', idOrName) ? idOrName : this.#names.get(keyOf(projectId, idOrName));
    const served = id === undefined ? undefined : this.#byId.get(id);
    return served?.projectId === projectId ? served : undefined;
  }

  /** The present state of an endpoint; as it was given where it is not kept any more. */
  current(served: ServedEndpoint): ServedEndpoint {
    return this.#byId.get(served.endpoint.id) ?? served;
  }

  all(): ServedEndpoint[] {
    return [...this.#byId.values()];
  }

  put(served: ServedEndpoint): void {
    const { id } = served.endpoint;
    this.#remove(id);
    if (this.#byId.size >= ENTRIES_MAX) this.#remove(this.#byId.keys().next().value);
    this.#byId.set(id, served);
    this.#names.set(keyOf(served.projectId, served.endpoint.name), id);
    this.#isUnchecked = true;
  }

  /** Takes over what has changed. Answers how many checkpoints are to be loaded. */
  async refresh(): Promise<number> {
    const { fingerprint, pending } = await this.#endpoints.state();
    if (fingerprint !== this.#fingerprint || this.#isUnchecked) {
      this.#isUnchecked = false;
      await this.#takeOver([...this.#byId.keys()]);
      this.#fingerprint = fingerprint;
    }
    return pending;
  }

  /** Takes over the present state of one endpoint at once. */
  async reload(id: string): Promise<void> {
    await this.#replace([id]);
  }

  async #takeOver(ids: readonly string[]): Promise<void> {
    const revisions = await this.#endpoints.revisions(ids);
    await this.#replace(ids.filter((id) => revisions.get(id) !== this.#byId.get(id)?.revision));
  }

  async #replace(ids: readonly string[]): Promise<void> {
    const rows = new Map((await this.#endpoints.servedById(ids)).map((row) => [row.endpoint.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      const known = this.#byId.get(id);
      if (row === undefined) this.#remove(id);
      else if (known === undefined || known.revision < row.revision) this.put(row);
    }
  }

  #ask(projectId: string, idOrName: string): Promise<ServedEndpoint> {
    const key = keyOf(projectId, idOrName);
    const underWay = this.#asking.get(key);
    if (underWay !== undefined) return underWay;
    const asking = this.#endpoints
      .served(projectId, idOrName)
      .then((served) => {
        this.put(served);
        return served;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #remove(id: string | undefined): void {
    const served = id === undefined ? undefined : this.#byId.get(id);
    if (id === undefined || served === undefined) return;
    this.#byId.delete(id);
    const key = keyOf(served.projectId, served.endpoint.name);
    // Another endpoint may have the name by now.
    if (this.#names.get(key) === id) this.#names.delete(key);
  }
}

function notFound(name: string): TrainyardError {
  const detail = `There is no endpoint ${JSON.stringify(name)} in this project. Check the name, or list what there is.`;
  return new TrainyardError('not_found', detail);
}

/** Neither ids nor names hold a slash. */
function keyOf(projectId: string, idOrName: string): string {
  return `${projectId}/${idOrName}`;
}
