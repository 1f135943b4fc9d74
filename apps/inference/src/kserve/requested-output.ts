/** Which outputs a request asks for, and in which form. */
import { arrayAt, countAt, flagAt, invalid, objectAt, parametersOf, stringAt } from './json-fields.js';
import type { Signature } from './signature.js';

export interface RequestedOutput {
  /** As bytes behind the JSON instead of in it. */
  binary: boolean;
  /** The best classes as text, so many of them; 0: the tensor itself. */
  classes: number;
}

/** What is asked for by a request that does not say: everything, in JSON. */
export const BY_DEFAULT: RequestedOutput = { binary: false, classes: 0 };

/** A model has one output; naming none means all. Throws `invalid_request`. */
export function readRequestedOutput(request: object, signature: Signature): RequestedOutput {
  const pointer = '/parameters/binary_data_output';
  const binary = flagAt(parametersOf(request, '')('binary_data_output'), pointer);
  const outputs: unknown = Reflect.get(request, 'outputs');
  const list = outputs === undefined ? [] : arrayAt(outputs, '/outputs');
  if (list.length === 0) return { ...BY_DEFAULT, binary };
  const all = list.map((output, index) => readOne(output, `/outputs/${index}`, { signature, binary }));
  if (all.length > 1) throw invalid('/outputs/1/name', `"${signature.output}" is asked for twice.`);
  return all[0];
}

function readOne(
  output: unknown,
  pointer: string,
  { signature, binary }: { signature: Signature; binary: boolean },
): RequestedOutput {
  const given = objectAt(output, pointer);
  const name = stringAt(Reflect.get(given, 'name'), `${pointer}/name`);
  if (name !== signature.output) {
    const detail = `The model "${signature.model}" has one output, "${signature.output}"; received "${name}".`;
    throw invalid(`${pointer}/name`, detail);
  }
  const parameter = parametersOf(given, pointer);
  const asBytes = parameter('binary_data');
  const classes = countAt(parameter('classification'), `${pointer}/parameters/classification`) ?? 0;
  return {
    binary: asBytes === undefined ? binary : flagAt(asBytes, `${pointer}/parameters/binary_data`),
    classes: Math.min(classes, signature.labels.length),
  };
}
