/** Which maps of a network Grad-CAM looks at. */
import { TrainyardError } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';
import { type Shape, sameShape } from '../graph/tensor-type.js';
import type { ForwardResult } from '../model/forward.js';
import { type BuiltLayer, IMAGE, type Model } from '../model/model.js';

export interface ExplainedMaps {
  /** Name of the layer that they are of. */
  readonly layer: string;
  /** float32 [1, C, rows, columns], of several pixels. */
  readonly maps: Value;
}

/**
 * The maps of a layer, its activation applied; where none is named, those of the last layer behind a convolution that has
 * any. A layer with convolutions inside that ends in a vector (a backbone with its pool) has those of its last convolution.
 *
 * @throws TrainyardError `invalid_request` where there are none
 */
export function mapsToExplain(model: Model, result: ForwardResult, layer: string | undefined): ExplainedMaps {
  const mapsAt = (place: number) => mapsOf(model.layers[place], result, place);
  const places = [...model.layers.keys()].filter((place) => mapsAt(place) !== null);
  const behind = behindConvolutions(model.layers);
  const place =
    layer === undefined
      ? places.findLast((candidate) => behind[candidate] && !passesOn(model.layers[candidate], result, candidate))
      : places.find((candidate) => model.layers[candidate].spec.name === layer);
  const maps = place === undefined ? null : mapsAt(place);
  if (place !== undefined && maps) return { layer: model.layers[place].spec.name, maps };
  const names = places.map((candidate) => model.layers[candidate].spec.name);
  throw unexplained(layer === undefined ? noConvolution(model) : notThere(layer, names));
}

export function unexplained(detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/layer', detail }] });
}

function mapsOf({ plan }: BuiltLayer, result: ForwardResult, place: number): Value | null {
  const output = result.layerOutput(place);
  if (areMaps(output.shape)) return output;
  return plan.output.kind === 'vector' ? mapsInside(result, place) : null;
}

const CONVOLUTIONS: readonly string[] = ['Conv', 'ConvTranspose'];

/** What the last convolution became before its shape changed: normalised, added to, activated. */
function mapsInside(result: ForwardResult, place: number): Value | null {
  const nodes = result.layerNodes(place);
  const last = nodes.findLast(({ op, outputs: [output] }) => CONVOLUTIONS.includes(op.type) && areMaps(output.shape));
  if (!last) return null;
  const [{ shape }] = last.outputs;
  return nodes.flatMap(({ outputs }) => outputs).findLast((value) => sameShape(value.shape, shape)) ?? null;
}

/** Whether a layer gives what it takes, as a dropout does outside training. */
function passesOn({ sources }: BuiltLayer, result: ForwardResult, place: number): boolean {
  return sources.some((source) => source !== IMAGE && result.layerOutput(source) === result.layerOutput(place));
}

function areMaps(shape: Shape): boolean {
  return shape.length === 4 && shape[2] * shape[3] > 1;
}

/** For each layer whether it is a convolution, or comes after one. */
function behindConvolutions(layers: readonly BuiltLayer[]): boolean[] {
  const behind: boolean[] = [];
  for (const { plan, sources } of layers) {
    const convolves = plan.parameters.some(({ shape }) => shape.length === KERNEL_AXES);
    behind.push(convolves || sources.some((source) => behind[source]));
  }
  return behind;
}

/** Weights of nothing else have as many. */
const KERNEL_AXES = 4;

function noConvolution({ layers }: Model): string {
  const types = [...new Set(layers.map(({ spec }) => spec.type))].join(', ');
  return `Expected a model with a convolution that gives more than one pixel; this one has ${types}. Grad-CAM needs maps to look at.`;
}

function notThere(layer: string, names: readonly string[]): string {
  const known = names.length === 0 ? 'This model has none.' : `Choose one of: ${names.join(', ')}.`;
  return `Expected the name of a layer that gives an image of several pixels; received ${JSON.stringify(layer)}. ${known}`;
}
