// What each node of a training step is for. The file of a step does not say; it follows from where a node's inputs come from and
// where its results go.
import { readOnnxModel } from '@trainyard/engine';

/** In the order of a step. */
export const KINDS = /** @type {const} */ ([
  'convolution, forward',
  'convolution, gradient of its input',
  'convolution, gradient of its weights',
  'dense layers',
  'batch norm, sums over images',
  'pooling',
  'activations, dropout and other elementwise work',
  'layout changes and padding',
  'optimizer',
]);
const [FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, DENSE, NORM, POOLING, ELEMENTWISE, LAYOUT, OPTIMIZER] = KINDS;

const CONVOLUTIONS = new Set(['Conv', 'ConvTranspose', 'FusedConv']);
const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'Gemm', 'FusedGemm']);
const SUMS = new Set(['GlobalAveragePool', 'ReduceSum', 'ReduceMean']);
const POOLS = new Set(['MaxPool', 'AveragePool', 'Upsample', 'ScatterElements']);
const LAYOUTS = new Set([
  ...['Reshape', 'Transpose', 'Gather', 'Concat', 'Slice', 'Split', 'Pad', 'Expand', 'Identity'],
  ...['ReorderInput', 'ReorderOutput', 'Squeeze', 'Unsqueeze', 'Tile'],
]);

/** @typedef {import('./profile.mjs').Executed} Executed */
/** @typedef {(typeof KINDS)[number]} Kind */

/**
 * @param {import('@trainyard/engine').TrainStep} step
 * @returns {(node: Executed) => Kind}
 */
export function kindsOf(step) {
  const { nodes, inputs } = readOnnxModel(step.onnx);
  const slots = step.state.filter(({ role }) => role === 'slot').map(({ input }) => input);
  const fromImages = reached(nodes, [step.images.name]);
  const fromInputs = reached(
    nodes,
    inputs.map(({ name }) => name),
  );
  const updating = reached(nodes, [...step.scalars, ...slots]);
  const forward = leadingTo(nodes, [step.loss, step.predictions.name]);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return (executed) => {
    const node = byName.get(executed.name);
    if (!node) return kindOfOperator(executed.op, executed);
    const isForward = forward.has(node.outputs[0]);
    const [, second = ''] = node.inputs;
    if (CONVOLUTIONS.has(node.type)) {
      if (!fromInputs.has(second)) return node.attributes.has('activation') ? POOLING : LAYOUT;
      if (!fromImages.has(second)) return isForward ? FORWARD : INPUT_GRADIENT;
      return isForward || isForPlanes(executed) ? NORM : WEIGHT_GRADIENT;
    }
    if (!isForward && updating.has(node.outputs[0])) return OPTIMIZER;
    return kindOfOperator(node.type, executed);
  };
}

/** Products of more than matrices are gradients of kernels. @param {string} op @param {Executed} executed @returns {Kind} */
function kindOfOperator(op, { inputs }) {
  if (CONVOLUTIONS.has(op)) return FORWARD;
  if (PRODUCTS.has(op)) return inputs.some(({ shape }) => shape.length > 2) ? WEIGHT_GRADIENT : DENSE;
  if (SUMS.has(op)) return NORM;
  if (POOLS.has(op)) return POOLING;
  return LAYOUTS.has(op) ? LAYOUT : ELEMENTWISE;
}

/** Whether it scales each plane of an image, or sums a product over it. @param {Executed} node */
function isForPlanes({ inputs, outputs }) {
  const [, inGroup, ...window] = inputs[1].shape;
  if (inGroup !== 1) return false;
  const [, , ...image] = outputs[0].shape;
  return product(window) === 1 || product(image) === 1;
}

/** @param {readonly number[]} sides */
function product(sides) {
  return sides.reduce((size, side) => size * side, 1);
}

/** @typedef {ReturnType<typeof readOnnxModel>['nodes']} Nodes */

/** All values that depend on these. @param {Nodes} nodes @param {readonly string[]} sources */
function reached(nodes, sources) {
  const values = new Set(sources);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => values.has(input))) for (const output of outputs) values.add(output);
  }
  return values;
}

/** All values on which these depend, and themselves. @param {Nodes} nodes @param {readonly string[]} results */
function leadingTo(nodes, results) {
  const values = new Set(results);
  for (const { inputs, outputs } of [...nodes].reverse()) {
    if (outputs.some((output) => values.has(output))) for (const input of inputs) values.add(input);
  }
  return values;
}
