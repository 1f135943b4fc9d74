// The nodes that onnxruntime would leave to the CPU in a session on CUDA: those that its CUDA provider has no kernel for, by
// the list in cuda-kernels.json, and those that it refuses though it has one.
import { readFileSync } from 'node:fs';
import { type TypedNode, typedNodes } from './onnx-nodes.js';

interface KernelList {
  readonly opset: number;
  /** `inputs` names the constraint, or the one type, of each input; dots after the last one stand for any number of them. */
  readonly operators: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const list: KernelList = JSON.parse(readFileSync(new URL('./cuda-kernels.json', import.meta.url), 'utf8'));

/** One line for each: its name and what is missing. */
export function nodesWithoutKernel(onnx: Uint8Array): string[] {
  const { opset, nodes } = typedNodes(onnx);
  if (opset !== list.opset) throw new Error(`the list is of opset ${list.opset}; the file has ${opset}`);
  return nodes.flatMap((node) => {
    const missing = missingFor(node) ?? refusalOf(node);
    return missing === null ? [] : [`${node.name}: ${missing}`];
  });
}

function missingFor({ type, domain, inputTypes, outputTypes }: TypedNode): string | null {
  const operator = list.operators[domain === '' ? type : `${domain}:${type}`];
  if (!operator) return `no kernel for ${domain}:${type}`;
  const allowed = operator.inputs.split(' ');
  for (const [place, dtype] of inputTypes.entries()) {
    const constraint = constraintAt(allowed, place);
    if (constraint === undefined) return `no kernel for ${type} with ${inputTypes.length} inputs`;
    const types = (operator[constraint] ?? constraint).split(' ');
    if (dtype !== null && !types.includes(dtype)) return `no kernel for ${type} of ${dtype}`;
  }
  if (operator.to !== undefined && !operator.to.split(' ').includes(outputTypes[0])) {
    return `no kernel for ${type} to ${outputTypes[0]}`;
  }
  return null;
}

function constraintAt(allowed: readonly string[], place: number): string | undefined {
  const last = allowed[allowed.length - 1];
  const found = allowed[place] ?? (last.endsWith('...') ? last : undefined);
  return found?.replace('...', '');
}

/** The provider looks at these attributes before it takes a node. */
function refusalOf({ type, attributes }: TypedNode): string | null {
  if (type === 'ConvTranspose') {
    const pads = attributes.get('pads');
    const [top, left, bottom, right] = pads?.kind === 'numbers' ? pads.value : [0, 0, 0, 0];
    if (top !== bottom || left !== right) return `ConvTranspose with pads ${[top, left, bottom, right]}`;
  }
  const last = attributes.get('select_last_index');
  if (last?.kind === 'number' && last.value !== 0) return `${type} that takes the last place`;
  return null;
}
