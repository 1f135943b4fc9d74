/** Which maps of a network Grad-CAM looks at. */
import { TrainyardError } from '@trainyard/contracts';
import { reachedByGradients } from '../autodiff/reached-by-gradients.js';
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
 * any that gradients of the outputs reach. A layer with convolutions inside that ends in a vector (a backbone with its pool)
 * has those of its last convolution.
 *
 * @throws TrainyardError `invalid_request` where there are none
 */
export function mapsToExplain(model: Model, result: ForwardResult, layer: string | undefined): ExplainedMaps {
  const found = [...model.layers.entries()].flatMap(([place, built]) => {
    const maps = mapsOf(built, result, place);
    return maps ? [{ place, layer: built.spec.name, maps }] : [];
  });
  const reached = reachedByGradients(result.logits);
  const possible = found.filter(({ maps }) => reached.has(maps));
  const behind = behindConvolutions(model.layers);
  const chosen =
    layer === undefined
      ? possible.findLast(({ place }) => behind[place] && !passesOn(model.layers[place], result, place))
      : possible.find((candidate) => candidate.layer === layer);
  if (chosen) return chosen;
  if (layer !== undefined) throw unexplained(notThere(layer, possible));
  throw unexplained(found.some(({ place }) => behind[place]) ? noWay(found) : noConvolution(model));
}

function unexplained(detail: string): TrainyardError {
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

function noWay(found: readonly ExplainedMaps[]): string {
  const names = found.map(({ layer }) => layer).join(', ');
  return `Expected maps that gradients of the outputs can be sent back to; between those of ${names} and the outputs are nodes of a backbone that have no gradient.`;
}

function notThere(layer: string, possible: readonly ExplainedMaps[]): string {
  const known =
    possible.length === 0 ? 'This model has none.' : `Choose one of: ${possible.map((each) => each.layer).join(', ')}.`;
  return `Expected the name of a layer that gives an image of several pixels; received ${JSON.stringify(layer)}. ${known}`;
}
