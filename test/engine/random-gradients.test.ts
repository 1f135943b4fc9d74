import { describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { lowerings } from './lowerings.js';
import { anyNumbers, relativeError } from './numbers.js';
import { oracleWeights } from './oracle-generator.js';
import { validModels } from './random-models.js';
import { hasBlocks, TrainingRun } from './training-run.js';
import { gradientBatch, gradientStepOptions, WideStep } from './wide-step.js';

const MODELS = 100;
const STEP = 1e-7;
const TOLERANCES = { differences: 1e-5, float32: 1e-3 } as const;
/** What is smaller than this is compared by its difference alone. */
const SMALL = 0.01;

/** How the loss changes in one direction of each weight, by finite differences and by the gradient. */
async function directions(step: WideStep, model: Model, weights: ReadonlyMap<string, Float64Array>, seed: number) {
  const names = model.parameters.filter(({ trainable = true }) => trainable).map(parameterName);
  const after = await step.next(names);
  const found: { name: string; numeric: number; analytic: number; largest: number }[] = [];
  for (const [i, name] of names.entries()) {
    const before = weights.get(name) ?? new Float64Array();
    const gradient = before.map((w, k) => w - (after.get(name)?.[k] ?? Number.NaN));
    const direction = anyNumbers(seed, i, before.length);
    const moved = (h: number) => ({ [name]: before.map((w, k) => w + h * direction[k]) });
    const numeric = ((await step.loss(moved(STEP))) - (await step.loss(moved(-STEP)))) / (2 * STEP);
    const analytic = gradient.reduce((sum, g, k) => sum + g * direction[k], 0);
    found.push({ name, numeric, analytic, largest: gradient.reduce((m, g) => Math.max(m, Math.abs(g)), 0) });
  }
  return found;
}

/** Other pixels in the row that fills up the batch. */
function withOtherFiller(images: Uint8Array): Uint8Array {
  return images.map((byte, i) => (i < (images.length * 3) / 4 ? byte : 255 - byte));
}

describe(`${MODELS} random models`, () => {
  it.each(validModels(MODELS))(
    'have the gradients of finite differences, randomSpec($seed)',
    async ({ seed, model }) => {
      const weights = oracleWeights(model, seed);
      const wide = new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)]));
      const step = await WideStep.open(model, Object.fromEntries(wide), seed);
      for (const { name, numeric, analytic, largest } of await directions(step, model, wide, seed)) {
        const scale = Math.max(Math.abs(analytic), largest, SMALL);
        expect(Math.abs(numeric - analytic) / scale, `gradient of ${name}`).toBeLessThan(TOLERANCES.differences);
      }
      const next = await step.next([...weights.keys()]);
      for (const { name: lowering, block } of lowerings) {
        const compiled = compileTrainStep(model, { ...gradientStepOptions(model), block });
        if (block !== null && !hasBlocks(compiled)) continue;
        const run = await TrainingRun.open(compiled, weights, seed);
        const { losses } = await run.run(gradientBatch(model, seed), 1);
        expect(losses[0], lowering).toBeCloseTo(await step.loss(), 4);
        for (const [name, after] of next) {
          const change = (values: ArrayLike<number>) =>
            Float64Array.from(values, (w, i) => w - (wide.get(name)?.[i] ?? 0));
          const error = relativeError(change(run.state.get(name) ?? []), change(after), SMALL);
          expect(error, `float32 change of ${name}, ${lowering}`).toBeLessThan(TOLERANCES.float32);
        }
        await run.release();
      }
      expect(await step.loss({ images: withOtherFiller(gradientBatch(model, seed).images) })).toBeCloseTo(
        await step.loss(),
        12,
      );
      await step.release();
    },
  );
});
