// An estimate of the bytes that a step moves: what each node reads and writes, as if nothing stayed in a cache between two nodes.

/** @typedef {import('./profile.mjs').Executed} Executed */
/** @typedef {import('./profile.mjs').Tensor} Tensor */

/** By onnxruntime's names. @type {Readonly<Record<string, number>>} */
const ELEMENT_BYTES = { float: 4, double: 8, float16: 2, int64: 8, int32: 4, uint8: 1, int8: 1, bool: 1 };

/** Operators that only give their input another shape. */
const VIEWS = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze']);
/** Operators that read of their input only what they write. */
const TAKES = new Set(['Gather', 'Slice', 'Split']);

/** @param {readonly Executed[]} nodes */
export function bytesMoved(nodes) {
  return nodes.reduce((sum, node) => sum + bytesOf(node), 0);
}

/** @param {Executed} node */
function bytesOf({ op, inputs, outputs }) {
  if (VIEWS.has(op)) return 0;
  const written = bytes(outputs);
  return TAKES.has(op) ? 2 * written + bytes(inputs.slice(1)) : bytes(inputs) + written;
}

/** @param {readonly Tensor[]} tensors */
function bytes(tensors) {
  return tensors.reduce((sum, { type, shape }) => {
    const size = ELEMENT_BYTES[type];
    if (size === undefined) throw new Error(`The size of a ${type} is not known here.`);
    return sum + shape.reduce((product, side) => product * side, size);
  }, 0);
}
