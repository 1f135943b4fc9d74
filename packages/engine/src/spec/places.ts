/**
 * Where the layers of a specification stood in what was posted. Nested models are flattened and layers may be sorted, so
 * the place in the specification is not always the place that its author knows.
 */
import type { LayerSpec } from './schema.js';

const posted = new WeakMap<LayerSpec, string>();

export function rememberPointer(layer: LayerSpec, pointer: string): void {
  posted.set(layer, pointer);
}

/** JSON pointer to a layer in what was posted, or in the specification where that is all there is. */
export function pointerOf(layer: LayerSpec, place: number): string {
  return posted.get(layer) ?? `/layers/${place}`;
}
