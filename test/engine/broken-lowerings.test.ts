import { describe, expect, it } from 'vitest';
import type { Value } from '../../packages/engine/src/graph/graph.js';
import { type Lowering, lower } from '../../packages/engine/src/lowering/lower.js';
import { portableLowering } from '../../packages/engine/src/lowering/portable/index.js';
import { ops } from '../../packages/engine/src/ops/index.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { gradientCases } from './gradient-cases/index.js';
import { type GradientCase, gradientErrors, type PreparedCase, prepareCase, toleranceOf } from './gradient-harness.js';
import { breakLowering, shift, times } from './mutations.js';

const SEED = 11;

/** The gradients that each rule of the lowering has a part in. */
const WRITES: Readonly<Record<string, { type: string; inputs: readonly number[]; slides?: true; squared?: true }>> = {
  BatchNormalization: { type: 'BatchNormalization', inputs: [0, 1] },
  BatchNormalizationGradient: { type: 'BatchNormalization', inputs: [0, 1, 2] },
  AveragePoolGradient: { type: 'AveragePool', inputs: [0], slides: true },
  ConvInputGradient: { type: 'Conv', inputs: [0], slides: true },
  ConvWeightGradient: { type: 'Conv', inputs: [1], slides: true },
  // It is linear: only the gradient of its square depends on what it gives.
  ConvTranspose: { type: 'ConvTranspose', inputs: [0, 1], slides: true, squared: true },
  MaxPoolGradient: { type: 'MaxPool', inputs: [0], slides: true },
  Pad: { type: 'Slice', inputs: [0] },
  ReluGradient: { type: 'Relu', inputs: [0] },
};

async function isNoticed(cases: readonly PreparedCase[], input: number, lowering: Lowering): Promise<boolean> {
  for (const prepared of cases) {
    const [error] = await gradientErrors(prepared, [input], { lowering: (graph) => lower(graph, lowering) });
    if (error > toleranceOf(prepared.subject)) return true;
  }
  return false;
}

/** A lowering cannot leave a gradient out, but it can give zeros. */
const mutations: Readonly<Record<string, (value: Value) => Value>> = {
  'scaled by 1.01': (value) => times(value, 1.01),
  'of the other sign': (value) => times(value, -1),
  'all zeros': (value) => times(value, 0),
  'shifted by one place': shift,
};

/** The same rule with windows whose pads before and after are exchanged: all shapes stay. */
function withPadsExchanged(lowering: Lowering, type: string): Lowering {
  const rule = lowering[type];
  return {
    ...lowering,
    [type](inputs, node) {
      const attributes = node.attributes as Window;
      const [top, left, bottom, right] = attributes.pads;
      return rule(inputs, { ...node, attributes: { ...attributes, pads: [bottom, right, top, left] } });
    },
  };
}

describe('every rule of the portable lowering', () => {
  it('is checked here', () => {
    expect(Object.keys(WRITES).sort()).toEqual(Object.keys(portableLowering).sort());
  });

  it('is there for each operation that ONNX does not have', () => {
    const unwritten = Object.values(ops).filter((op) => !('onnx' in op));
    expect(Object.keys(portableLowering)).toEqual(expect.arrayContaining(unwritten.map(({ type }) => type)));
  });
});

function squareOf(subject: GradientCase): GradientCase {
  return {
    ...subject,
    build(inputs) {
      const y = subject.build(inputs);
      return mul(y, y);
    },
  };
}

const written = Object.entries(WRITES).flatMap(([rule, { inputs, ...rest }]) =>
  inputs.map((input) => ({ rule, input, ...rest })),
);

describe.each(written)(
  'a fault that the harness notices in the lowering of $rule, by the gradient of input $input',
  async ({ rule, type, input, slides, squared }) => {
    const subjects = squared ? gradientCases[type].map(squareOf) : gradientCases[type];
    const cases = await Promise.all(subjects.map((subject) => prepareCase(subject, SEED)));

    it('is not there when the rule is whole', async () => {
      expect(await isNoticed(cases, input, portableLowering)).toBe(false);
    });

    it.each(Object.entries(mutations))('%s', async (_how, mutation) => {
      expect(await isNoticed(cases, input, breakLowering(portableLowering, rule, mutation))).toBe(true);
    });

    it.each(slides ? ['exchanged'] : [])('pads %s', async () => {
      expect(await isNoticed(cases, input, withPadsExchanged(portableLowering, rule))).toBe(true);
    });
  },
);
