/** Triton's model repository: which models there are, and loading and unloading them by hand. */
import type { RepositoryIndex } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { flagAt, invalid, objectAt } from './json-fields.js';
import type { ProtocolModels } from './protocol-models.js';
import { bytesOf, type ModelRoute } from './protocol-request.js';
import { requestParts } from './request-parts.js';

const REPOSITORY = '/v2/repository';

export async function repositoryRoutes(app: FastifyInstance, { models }: { models: ProtocolModels }): Promise<void> {
  app.post(`${REPOSITORY}/index`, async ({ principal, body }): Promise<RepositoryIndex> => {
    const onlyReady = flagAt(Reflect.get(readObject(body), 'ready'), '/ready');
    const all = await models.all(principal.projectId);
    return all
      .flatMap((served) =>
        models.versions(served).map((model) => ({
          name: served.endpoint.name,
          version: model.checkpointId,
          ...models.state(served, model),
        })),
      )
      .filter(({ state }) => !onlyReady || state === 'READY');
  });

  app.post<ModelRoute>(`${REPOSITORY}/models/:model/load`, async ({ principal, params, body }, reply) => {
    refuseReplacement(body);
    const served = await models.find(principal.projectId, params.model);
    for (const model of models.versions(served)) await models.load(served, model);
    return reply.send();
  });

  app.post<ModelRoute>(`${REPOSITORY}/models/:model/unload`, async ({ principal, params, body }, reply) => {
    const parameters = parametersIn(body);
    // No model here depends on another; the parameter only has to make sense.
    flagAt(Reflect.get(parameters, 'unload_dependents'), '/parameters/unload_dependents');
    const served = await models.find(principal.projectId, params.model);
    for (const model of models.versions(served)) models.unload(model);
    return reply.send();
  });
}

/** Throws `invalid_request` where a configuration or files come along. */
function refuseReplacement(body: unknown): void {
  const replaced = Object.keys(parametersIn(body)).find((name) => name === 'config' || name.startsWith('file:'));
  if (replaced === undefined) return;
  const detail = 'A model here is a checkpoint of a training, whose files and configuration are not replaced.';
  throw invalid(`/parameters/${replaced.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail);
}

function parametersIn(body: unknown): object {
  const parameters: unknown = Reflect.get(readObject(body), 'parameters');
  return parameters === undefined ? {} : objectAt(parameters, '/parameters');
}

/** An empty body is an empty object. */
function readObject(body: unknown): object {
  const bytes = bytesOf(body);
  if (bytes.length === 0) return {};
  return objectAt(requestParts(bytes, undefined).json?.value, '');
}
