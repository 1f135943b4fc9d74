/** What is told of an imported backbone: its operators and where it may be cut. */
import type { Backbone } from '@trainyard/contracts';
import { sizeOf } from '../graph/tensor-type.js';
import type { OnnxModel } from '../onnx/read-model.js';
import { cutsOf, defaultCut } from './cut.js';
import { blockedBy } from './gradients.js';
import type { ImportedBackbone, ImportedValue } from './import.js';
import { operators } from './operators/index.js';

export type BackboneDescription = Omit<Backbone, 'id' | 'object' | 'name' | 'bytes' | 'digest' | 'created_at'>;

export function describeBackbone(model: OnnxModel, imported: ImportedBackbone): BackboneDescription {
  const { opset, producer, image, layout, parameters, kept, unsupported } = imported;
  const blocked = blockedBy(imported, { weights: true, before: false });
  return {
    opset,
    producer,
    input: { ...image, layout },
    parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    operators: countOperators(model, imported),
    kept: kept.slice(0, MAX_NAMED).map((each) => ({ ...each })),
    unsupported: unsupported.slice(0, MAX_NAMED).map((each) => ({ ...each })),
    default_output: defaultCut(imported)?.name ?? null,
    cuts: cutsOf(imported).map((value) => ({
      output: value.name,
      operator: value.operator,
      shape: kerasOrder(value),
      trainable: blocked[value.node].size === 0,
    })),
  };
}

const MAX_NAMED = 100;

function countOperators(
  { nodes }: OnnxModel,
  { kept, unsupported }: ImportedBackbone,
): BackboneDescription['operators'] {
  const counts = new Map<string, number>();
  for (const { type, domain } of nodes) {
    const operator = domain === '' ? type : `${domain}.${type}`;
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  const refused = new Set([...kept, ...unsupported].map(({ operator }) => operator));
  const isKnown = (operator: string) => Object.hasOwn(operators, operator) || PASSED.includes(operator);
  return [...counts].map(([operator, count]) => ({
    operator,
    count,
    differentiable: isKnown(operator) && !refused.has(operator),
  }));
}

/** Those that are left out, or whose results are known without an image. */
const PASSED = ['Identity', 'Dropout', 'Constant', 'Shape', 'Gather', 'Cast'];

/** [null, height, width, channels] or [null, units], as a layer of the specification gives it. */
function kerasOrder({ shape }: ImportedValue): (number | null)[] {
  const [channels, height, width] = shape;
  return shape.length === 1 || (height === 1 && width === 1) ? [null, channels] : [null, height, width, channels];
}
