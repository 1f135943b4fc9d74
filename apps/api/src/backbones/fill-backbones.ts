/** Puts the descriptions of uploaded backbones into a posted specification, in place of whatever it says of them. */
import { isId, TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { type BackboneGraph, type CutRefusal, cutStored } from '@trainyard/engine';

type Fields = Readonly<Record<string, unknown>>;
/** As deep as the compiler reads nested models. */
const MAX_DEPTH = 16;

/**
 * The specification with a `graph` in each `onnx_backbone` layer; what else is wrong with it is left to the compiler.
 *
 * @param pointer to the specification in the request
 * @throws TrainyardError `invalid_spec` where the project has no such backbone, or it cannot be cut there
 */
export function fillBackbones<T>(db: Database, projectId: string, posted: T, pointer: string): Promise<T> {
  return fillLayers({ db, projectId }, posted, pointer, 0);
}

interface Scope {
  readonly db: Database;
  readonly projectId: string;
}

async function fillLayers<T>(scope: Scope, posted: T, pointer: string, depth: number): Promise<T> {
  if (!isFields(posted) || !Array.isArray(posted.layers) || depth > MAX_DEPTH) return posted;
  const layers: unknown[] = [];
  for (const [i, layer] of posted.layers.entries()) {
    const place = `${pointer}/layers/${i}`;
    const isBackbone = isFields(layer) && layer.type === 'onnx_backbone';
    layers.push(isBackbone ? await fillLayer(scope, layer, place) : await fillLayers(scope, layer, place, depth + 1));
  }
  return { ...posted, layers };
}

async function fillLayer({ db, projectId }: Scope, layer: Fields, pointer: string): Promise<unknown> {
  const { backbone_id: id, output: posted, from: begin, graph: _, ...rest } = layer;
  // What is no id, or no text, the compiler refuses by the schema.
  if (typeof id !== 'string' || !isId('backbone', id)) return layer;
  if (!isText(posted) || !isText(begin)) return layer;
  const stored = await db.backbones.graph(projectId, id);
  if (stored === null) {
    throw refused(
      `${pointer}/backbone_id`,
      `expected a backbone of this project; there is no "${id}". POST /v1/backbones makes one`,
    );
  }
  const output = posted ?? stored.defaultOutput;
  const from = begin ?? undefined;
  const graph = output === null ? 'output' : cutStored(stored.graph, { output, from }, stored.digest);
  if (output === null || typeof graph === 'string') throw refusedCut(graph, { id, output, from, pointer });
  return { ...rest, backbone_id: id, output, ...(from === undefined ? {} : { from }), graph };
}

function refusedCut(
  refusal: CutRefusal | BackboneGraph,
  { id, output, from, pointer }: { id: string; output: string | null; from: string | undefined; pointer: string },
): TrainyardError {
  const where = `one of the "cuts" of GET /v1/backbones/${id}`;
  if (refusal === 'from') {
    const expected = `expected an image of more than one pixel to begin at, ${where}`;
    return refused(`${pointer}/from`, `${expected}; received ${JSON.stringify(from)}`);
  }
  if (refusal === 'from_not_enough') {
    const expected = `expected a value that all of ${JSON.stringify(output)} is computed from, ${where}`;
    return refused(`${pointer}/from`, `${expected}; received ${JSON.stringify(from)}`);
  }
  const received = output === null ? 'nothing, and it has no default' : JSON.stringify(output);
  const why = 'what depends on nodes that it tells as "unsupported" is none';
  return refused(
    `${pointer}/output`,
    `expected a value that the backbone can be cut at, ${where}; ${why}; received ${received}`,
  );
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_spec', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}
