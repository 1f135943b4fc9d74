import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { EVERY_LAYER } from './every-layer.js';

const ENTRY = fileURLToPath(new URL('../../packages/engine/src/index.ts', import.meta.url));

const SPEC = { layers: EVERY_LAYER };
const DATA = { image: { width: 11, height: 9, channels: 3 }, classes: 3 } as const;
const OPTIONS = {
  batchSize: 4,
  optimizer: resolveOptimizer(),
  loss: resolveLoss('categorical_crossentropy'),
  preprocessing: { scale: [1, 2, 3], offset: [0, 1, 2] },
  stepsPerRun: 2,
};

/** The program that runs in the bundle: what it gives goes through JSON, since it has a world of its own. */
const PROGRAM = `
  const model = engine.buildModel(engine.parseModelSpec(${JSON.stringify(SPEC)}), ${JSON.stringify(DATA)});
  const step = engine.compileTrainStep(model, ${JSON.stringify(OPTIONS)});
  JSON.stringify({
    onnx: Array.from(step.onnx),
    weights: Array.from(engine.initialParameters(model, 5).get('stem/kernel')),
    summary: engine.summarizeModel(model, 4).parameters,
  });
`;

describe('the engine in a bundle for browsers', () => {
  let code = '';
  let imports: readonly string[] = [];
  beforeAll(async () => {
    const bundle = await rolldown({ input: ENTRY, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'iife', name: 'engine' });
    await bundle.close();
    code = output[0].code;
    imports = output[0].imports;
  });

  it('imports nothing, least of all from Node', () => {
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\brequire\(|['"]node:/);
  });

  it('compiles every kind of layer into a training step, without require and process, to the same bytes as here', () => {
    const world = createContext({ TextEncoder, TextDecoder, structuredClone });
    runInContext(code, world);
    expect(runInContext('typeof require + typeof process + typeof Buffer', world)).toBe('undefined'.repeat(3));
    const result: unknown = JSON.parse(runInContext(PROGRAM, world));
    const model = buildModel(parseModelSpec(SPEC), DATA);
    expect(result).toEqual({
      onnx: [...compileTrainStep(model, OPTIONS).onnx],
      weights: [...(initialParameters(model, 5).get('stem/kernel') ?? [])],
      summary: model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0),
    });
  });
});
