/** What one layer of a trained network gives for images. */
import { TrainyardError } from '@trainyard/contracts';
import { compileFeatures, type Model } from '@trainyard/engine';
import { elements } from '../preparation/batches.js';
import { createSession, type Session, uint8Tensor } from '../session.js';
import type { TrainedNetwork } from './trained-model.js';

export interface LayerFeatures {
  readonly layer: string;
  readonly type: string;
  /** Of one image: [channels, rows, columns] or [units]. */
  readonly shape: readonly number[];
  /** Of one image that goes in. */
  readonly imageBytes: number;
  /** @param images uint8 [count, channels, rows, columns] @returns float32 [count, ...shape] */
  run(images: Uint8Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Throws `invalid_request` for a layer that the model does not have. */
export async function openLayerFeatures(
  { model, parameters, preprocessing }: TrainedNetwork,
  layer: string,
  threads: number,
): Promise<LayerFeatures> {
  const place = placeOf(model, layer);
  const graph = compileFeatures(model, place, { parameters, preprocessing });
  const session: Session = await createSession(graph.onnx, { device: 'cpu', threads });
  const shape = graph.features.shape.slice(1);
  const { channels, height, width } = model.image;
  return {
    layer,
    type: model.layers[place].spec.type,
    shape,
    imageBytes: channels * height * width,
    async run(images, count) {
      const results = await session.run({
        [graph.images.name]: uint8Tensor(images, [count, channels, height, width]),
      });
      const found = results[graph.features.name];
      if (found?.dtype !== 'float32' || found.data.length !== count * elements({ shape })) {
        throw new TypeError(`Expected float32 [${count}, ${shape}] of the layer ${layer}`);
      }
      return found.data;
    },
    release: () => session.release(),
  };
}

/** The layer that feeds the last one with weights: what is said of the image before it is decided on. */
export function penultimateLayer({ layers }: Model): string | null {
  const last = layers.findLast(({ plan }) => plan.parameters.length > 0);
  const source = last?.sources[0] ?? -1;
  return layers[source]?.spec.name ?? null;
}

function placeOf({ layers }: Model, name: string): number {
  const place = layers.findIndex(({ spec }) => spec.name === name);
  if (place !== -1) return place;
  const known = layers.map(({ spec }) => spec.name).join(', ');
  throw new TrainyardError('invalid_request', `The model has no layer ${JSON.stringify(name)}. It has ${known}.`);
}
