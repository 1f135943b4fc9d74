/** The input of a request, checked against the model's signature and made into what its process takes. */
import {
  INPUT_TENSOR,
  INSTANCES_MAX,
  type PredictInput,
  TENSOR_DATATYPES,
  type TensorDatatype,
  TrainyardError,
} from '@trainyard/contracts';
import { readBase64Tensor, readBytesTensor } from './bytes-tensor.js';
import { arrayAt, countAt, expected, invalid, objectAt, parametersOf, stringAt } from './json-fields.js';
import { readPixels } from './pixel-tensor.js';
import { imageBytesOf, imageShapeOf, type Signature } from './signature.js';

const AT = '/inputs/0';

export interface ImageInput {
  input: PredictInput;
  count: number;
}

/** `binary` is what follows the JSON. Throws `invalid_request`, `invalid_image`, `payload_too_large`. */
export function readImageInput(inputs: unknown, binary: Uint8Array, signature: Signature): ImageInput {
  const list = arrayAt(inputs, '/inputs');
  if (list.length !== 1) throw invalid('/inputs', `Expected 1 input, "${INPUT_TENSOR}"; received ${list.length}.`);
  const given = objectAt(list[0], AT);
  const name = stringAt(Reflect.get(given, 'name'), `${AT}/name`);
  if (name !== INPUT_TENSOR) {
    throw invalid(`${AT}/name`, `The model "${signature.model}" has one input, "${INPUT_TENSOR}"; received "${name}".`);
  }
  const source = sourceOf(given, binary);
  switch (datatypeOf(given)) {
    case 'UINT8':
      return pixelsOf(source, shapeOf(given), signature);
    case 'BYTES':
      return filesOf(source, shapeOf(given));
    default:
      throw expected(accepted(signature), Reflect.get(given, 'datatype'), `${AT}/datatype`);
  }
}

/** A body that is one tensor and no JSON: how many images it has follows from its length. */
export function readRawInput(binary: Uint8Array, signature: Signature): ImageInput {
  const size = imageBytesOf(signature);
  const count = binary.length / size;
  if (count < 1 || !Number.isInteger(count)) {
    const what = `UINT8 [n,${imageShapeOf(signature)}]`;
    throw invalid('', `Expected ${size} bytes for each image, ${what}; received ${binary.length}.`);
  }
  refuseTooMany(count);
  return { input: { kind: 'pixels', parts: [binary], count }, count };
}

/** Where the elements of an input are: in the JSON, or behind it. */
type Source = { binary: Uint8Array } | { data: unknown };

function sourceOf(given: object, binary: Uint8Array): Source {
  const pointer = `${AT}/parameters/binary_data_size`;
  const size = countAt(parametersOf(given, AT)('binary_data_size'), pointer);
  const data: unknown = Reflect.get(given, 'data');
  if (size === undefined) {
    if (binary.length > 0)
      throw invalid('', `${binary.length} bytes follow the JSON, and no input has binary_data_size.`);
    return { data };
  }
  if (data !== undefined) throw invalid(AT, 'Expected either data or binary_data_size; received both.');
  if (size !== binary.length) {
    const detail = `Expected as many bytes as follow the JSON, ${binary.length} (Inference-Header-Content-Length says where it ends); received ${size}.`;
    throw invalid(pointer, detail);
  }
  return { binary };
}

function pixelsOf(source: Source, shape: readonly number[], signature: Signature): ImageInput {
  const image = imageShapeOf(signature);
  const [count = 0, ...rest] = shape;
  if (count < 1 || rest.length !== 3 || rest.some((size, axis) => size !== image[axis])) {
    throw invalid(`${AT}/shape`, `Expected [n,${image}] for n images, at least 1; received [${shape}].`);
  }
  refuseTooMany(count);
  if ('data' in source) {
    return { input: { kind: 'pixels', parts: [readPixels(source.data, shape, `${AT}/data`)], count }, count };
  }
  const bytes = count * imageBytesOf(signature);
  if (source.binary.length !== bytes) {
    const pointer = `${AT}/parameters/binary_data_size`;
    throw invalid(pointer, `Expected ${bytes} bytes for the shape [${shape}]; received ${source.binary.length}.`);
  }
  return { input: { kind: 'pixels', parts: [source.binary], count }, count };
}

function filesOf(source: Source, shape: readonly number[]): ImageInput {
  const [count = 0, ...rest] = shape;
  if (count < 1 || rest.length > 1 || (rest[0] ?? 1) !== 1) {
    throw invalid(`${AT}/shape`, `Expected [n] for n image files, at least 1; received [${shape}].`);
  }
  refuseTooMany(count);
  const parts =
    'data' in source
      ? readBase64Tensor(source.data, count, `${AT}/data`)
      : readBytesTensor(source.binary, count, `${AT}/parameters/binary_data_size`);
  return { input: { kind: 'files', parts }, count };
}

function refuseTooMany(count: number): void {
  if (count <= INSTANCES_MAX) return;
  throw new TrainyardError(
    'payload_too_large',
    `Send at most ${INSTANCES_MAX} images in one request; received ${count}.`,
  );
}

function shapeOf(given: object): number[] {
  const pointer = `${AT}/shape`;
  return arrayAt(Reflect.get(given, 'shape'), pointer).map((size, axis) => {
    const dimension = countAt(size, `${pointer}/${axis}`);
    if (dimension === undefined) throw expected('a whole number', size, `${pointer}/${axis}`);
    return dimension;
  });
}

function datatypeOf(given: object): TensorDatatype {
  const name = stringAt(Reflect.get(given, 'datatype'), `${AT}/datatype`);
  const datatype = TENSOR_DATATYPES.find((known) => known === name);
  if (datatype === undefined) throw expected(`one of ${TENSOR_DATATYPES.join(', ')}`, name, `${AT}/datatype`);
  return datatype;
}

function accepted(signature: Signature): string {
  return `UINT8 [n,${imageShapeOf(signature)}], or BYTES [n] of image files`;
}
