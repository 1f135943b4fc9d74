/** The weights that backbones begin with, out of their ONNX files. */
import { createHash } from 'node:crypto';
import { backboneKey, TrainyardError } from '@trainyard/contracts';
import { backbonesOf, backboneWeights, type Model, parameterName } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';

/** By the names that they have in the model. Throws `invalid_backbone` where a file is gone or is another. */
export async function readBackboneWeights(store: ObjectStore, model: Model): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  for (const { layer, backboneId, graph } of backbonesOf(model)) {
    const file = await readFile(store, backboneId, graph.digest);
    for (const [name, values] of backboneWeights(graph, file)) weights.set(parameterName({ layer, name }), values);
  }
  return weights;
}

async function readFile(store: ObjectStore, id: string, digest: string): Promise<Uint8Array> {
  const file = await store.readBytes(backboneKey(id)).catch((error: unknown) => {
    if (!(error instanceof TrainyardError) || error.code !== 'not_found') throw error;
    throw unusable(id, 'is gone', error);
  });
  const found = `sha256:${createHash('sha256').update(file).digest('hex')}`;
  if (found !== digest) throw unusable(id, `was changed: expected ${digest}, found ${found}`);
  return file;
}

function unusable(id: string, why: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_backbone', `The file of the backbone ${id} ${why}. Upload it again.`, { cause });
}
