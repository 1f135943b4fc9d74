// Shape rules of nodes that are kept, on ONNX' own test cases of single nodes: type and shape of each output.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KeptCall } from '../../packages/engine/src/backbone/kept/call.js';
import { shapeRule } from '../../packages/engine/src/backbone/kept/rules/index.js';
import { UnsupportedNode } from '../../packages/engine/src/backbone/operator.js';
import type { DType } from '../../packages/engine/src/graph/tensor-type.js';
import { readAttributes } from '../../packages/engine/src/onnx/read-model.js';

interface Type {
  dtype: DType;
  shape: number[];
}
interface Case {
  name: string;
  type: string;
  attributes: string[];
  inputs: (Type & { values?: number[] })[];
  outputs: Type[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('oracles/onnx-shapes.json', import.meta.url), 'utf8'),
);

/** What rules refuse, since it mixes images or is not known before they are there. */
const REFUSED = ['it keeps what it has seen', 'training mode', 'expected an equation', 'it keeps the aspect ratio'];

const byType = new Map<string, Case[]>();
for (const each of cases) {
  if (shapeRule('', each.type)) byType.set(each.type, [...(byType.get(each.type) ?? []), each]);
}

describe('shape rules of nodes that are kept', () => {
  it('are tested for almost all operators', () => {
    expect(byType.size).toBeGreaterThan(130);
  });

  it.each([...byType])('%s', (_, list) => {
    const told = list.map((given) => outputsOf(given));
    const known = list.filter((_, i) => told[i] !== null);
    expect(known.length).toBeGreaterThan(0);
    expect(told.filter((types) => types !== null)).toEqual(known.map(({ outputs }) => outputs));
  });
});

/** Null where it is refused. */
function outputsOf({ type, attributes, inputs, outputs }: Case): Type[] | null {
  const call = new KeptCall({
    inputs: inputs.map((input) => input && { ...input, values: input.values ?? null }),
    attributes: readAttributes(attributes.map((text) => new Uint8Array(Buffer.from(text, 'base64')))),
    ...{ outputs: outputs.length, images: 1, isTraced: false },
  });
  try {
    const types = shapeRule('', type)?.(call) ?? [];
    return types.slice(0, outputs.length).map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
  } catch (error) {
    if (error instanceof UnsupportedNode && REFUSED.some((reason) => error.message.includes(reason))) return null;
    throw error;
  }
}
