// Small ONNX files of a few operators, by which the peaks are measured. Field numbers are those of onnx.proto3.
const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 17;
/** Of onnxruntime's own blocked operators. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';
/** AttributeProto.AttributeType. */
const INTS = 7;

/** @typedef {{ type: string, domain?: string, inputs: string[], output: string, attributes?: Record<string, number[]> }} NodeSpec */
/** @typedef {{ name: string, shape: readonly number[] }} TensorSpec */

/** @param {number} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** @param {number} field @param {number} value */
const integer = (field, value) => [...varint(field * 8), ...varint(value)];
/** @param {number} field @param {readonly number[]} bytes */
const message = (field, bytes) => [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
/** @param {number} field @param {string} text */
const string = (field, text) => message(field, [...Buffer.from(text)]);

/** @param {string} name @param {readonly number[]} values */
function attribute(name, values) {
  return [...string(1, name), ...values.flatMap((value) => integer(8, value)), ...integer(20, INTS)];
}

/** @param {NodeSpec} spec */
function node({ type, domain, inputs, output, attributes = {} }) {
  return [
    ...inputs.flatMap((input) => string(1, input)),
    ...string(2, output),
    ...string(3, type),
    ...string(4, type),
    ...Object.entries(attributes).flatMap(([name, values]) => message(5, attribute(name, values))),
    ...(domain ? string(7, domain) : []),
  ];
}

/** @param {TensorSpec} spec */
function float32({ name, shape }) {
  const sides = shape.flatMap((side) => message(1, integer(1, side)));
  return [...string(1, name), ...message(2, message(1, [...integer(1, FLOAT), ...message(2, sides)]))];
}

/** @param {{ nodes: readonly NodeSpec[], inputs: readonly TensorSpec[], outputs: readonly TensorSpec[] }} graph All float32 */
export function onnxFile({ nodes, inputs, outputs }) {
  const graph = [
    ...nodes.flatMap((spec) => message(1, node(spec))),
    ...string(2, 'peak'),
    ...inputs.flatMap((spec) => message(11, float32(spec))),
    ...outputs.flatMap((spec) => message(12, float32(spec))),
  ];
  const opsets = [
    ['', OPSET],
    [BLOCKED_DOMAIN, 1],
  ].flatMap(([domain, version]) => message(8, [...string(1, String(domain)), ...integer(2, Number(version))]));
  return Uint8Array.from([...integer(1, IR_VERSION), ...message(7, graph), ...opsets]);
}
