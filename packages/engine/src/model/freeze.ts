/** Layers that are not trained for a while, or at all, beside those whose specification says so. */
import { pointerOf, rememberPointer } from '../spec/places.js';
import type { LayerSpec, ModelSpec } from '../spec/schema.js';

/** The specification with `trainable: false` at the layers of these names. */
export function freezeLayers(spec: ModelSpec, names: ReadonlySet<string>): ModelSpec {
  return { ...spec, layers: spec.layers.map((layer, place) => (names.has(layer.name) ? freeze(layer, place) : layer)) };
}

function freeze(layer: LayerSpec, place: number): LayerSpec {
  const frozen: LayerSpec = { ...layer, trainable: false };
  rememberPointer(frozen, pointerOf(layer, place));
  return frozen;
}
