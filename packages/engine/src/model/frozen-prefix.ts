/**
 * The frozen beginning of a model, which gives the same for an image in each epoch: it is run once for each image, and
 * only what follows is trained.
 */
import type { BuiltLayer, Model } from './model.js';

/** Layers that do otherwise while training. */
const RANDOM: readonly string[] = ['dropout', 'spatial_dropout2d', 'gaussian_noise'];

/**
 * The place of the last layer of the beginning that ends where something is trained or drawn, or where the chain of layers
 * divides; null where it has no backbone in it, or nothing follows.
 */
export function frozenPrefix({ layers }: Model): number | null {
  let last = -1;
  while (last + 1 < layers.length && isFrozen(layers[last + 1]) && isChain(layers, last)) last += 1;
  const hasBackbone = layers.slice(0, last + 1).some(({ spec }) => spec.type === 'onnx_backbone');
  return hasBackbone && last < layers.length - 1 ? last : null;
}

function isFrozen({ spec, plan }: BuiltLayer): boolean {
  const keepsWeights = plan.parameters.every(({ trainable, regularizer }) => trainable === false && !regularizer);
  const keepsStatistics = plan.parameters.length === 0 || spec.trainable === false;
  return keepsWeights && keepsStatistics && !RANDOM.includes(spec.type);
}

/** Whether nothing but the next layer takes what the layer at `place` gives, and that takes nothing else. */
function isChain(layers: readonly BuiltLayer[], place: number): boolean {
  const users = layers.filter(({ sources }) => sources.includes(place));
  return users.length === 1 && users[0] === layers[place + 1] && users[0].sources.length === 1;
}

/** The layers behind a place, as a model of their own. Names of weights stay. */
export function modelAfter(model: Model, place: number): Model {
  const layers = model.layers.slice(place + 1).map((layer) => ({
    ...layer,
    sources: layer.sources.map((source) => source - place - 1),
  }));
  const names = new Set(layers.map(({ spec }) => spec.name));
  const parameters = model.parameters.filter(({ layer }) => names.has(layer));
  return { ...model, features: model.layers[place].plan.output, layers, parameters };
}

/** The weights up to a place: those that `modelAfter` lacks. */
export function parametersUpTo(model: Model, place: number): Model['parameters'] {
  const names = new Set(model.layers.slice(0, place + 1).map(({ spec }) => spec.name));
  return model.parameters.filter(({ layer }) => names.has(layer));
}
