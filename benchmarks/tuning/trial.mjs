// Trials on arrays that are trained as far as somebody asks, and go on from there when more is asked.
import { resolveTraining, TrainyardError } from '@trainyard/contracts';
import {
  buildModel,
  defaultLoss,
  defaultMetrics,
  initialParameters,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { fit as fitLoop, openTraining, stepsPerEpoch } from '@trainyard/runtime';
import { applyAssignment } from '@trainyard/tuning';
import { planFor } from '../fit-arrays.mjs';

const STATISTICS = { mean: [0.5], std: [0.25] };

/** @typedef {{ epoch: number, value: number }} EpochValue */
/** @typedef {import('@trainyard/contracts').Assignment} Assignment */
/** @typedef {import('@trainyard/runtime').FitStart} FitStart */

/**
 * @typedef {object} TrialOptions
 * @property {import('@trainyard/tuning').TrialBody} body What every trial begins with
 * @property {import('@trainyard/contracts').ImageSize} image
 * @property {readonly string[]} classes
 * @property {import('@trainyard/runtime').TrainingData} data
 * @property {number} threads
 */

/** Trainings by their settings: the same settings are trained once, whoever asks for them. */
export class Trials {
  /** @type {TrialOptions} */
  #options;
  /** @type {Map<string, { curve: EpochValue[], state: FitStart | null, best: FitStart['tensors'] | null }>} */
  #known = new Map();
  /** Epochs that were really trained. */
  trained = 0;

  /** @param {TrialOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** The validation accuracy after each epoch up to one. @param {Assignment} assignment @param {number} until */
  async curve(assignment, until) {
    const key = JSON.stringify(assignment);
    const known = this.#known.get(key) ?? { curve: [], state: null, best: null };
    this.#known.set(key, known);
    if (known.curve.length < until) await this.#train(assignment, until, known);
    return known.curve.slice(0, until);
  }

  /** Of the epoch with the best validation accuracy. @param {Assignment} assignment */
  async testAccuracy(assignment) {
    const best = this.#known.get(JSON.stringify(assignment))?.best;
    if (!best) throw new Error('These settings were never trained.');
    const { compiled } = await this.#open(assignment, null);
    try {
      const figures = await compiled.evaluator.evaluate(
        best,
        this.#options.data.splits.test,
        new AbortController().signal,
      );
      return figures?.accuracy ?? Number.NaN;
    } finally {
      await compiled.release();
    }
  }

  /** @param {Assignment} assignment @param {FitStart | null} state */
  async #open(assignment, state) {
    const { body, image, classes, data, threads } = this.#options;
    const { model: spec, training: options } = applyAssignment(body, assignment);
    const model = buildModel(parseModelSpec(spec), { image, classes: classes.length, task: 'multiclass' });
    const defaults = { loss: defaultLoss(model.head), metrics: defaultMetrics(model.head), channels: image.channels };
    const training = resolveTraining(/** @type {object} */ (options), defaults);
    const steps = stepsPerEpoch(data, training);
    const plan = planFor(model, { threads, batchSize: training.batch_size, stepsPerEpoch: steps });
    const preprocessing = preprocessingFor(training.normalization, STATISTICS, image.channels);
    const context = metricContext(model, classes);
    const compiled = await openTraining({ model, training, preprocessing, plan, context, steps });
    const tensors = initialParameters(model, training.seed);
    const start = state ?? { tensors, epoch: 0, step: 0, best: null, learningRate: null };
    return { compiled, training, context, start };
  }

  /**
   * @param {Assignment} assignment @param {number} until
   * @param {{ curve: EpochValue[], state: FitStart | null, best: FitStart['tensors'] | null }} known
   */
  async #train(assignment, until, known) {
    const { compiled, training, context, start } = await this.#open(assignment, known.state);
    const { signal } = new AbortController();
    try {
      await fitLoop({
        ...compiled,
        training,
        data: this.#options.data,
        context,
        start,
        signal,
        holdAtEpoch: until,
        observer: {
          steps: async () => {},
          epoch: async ({ epoch, validation }) => {
            this.trained++;
            known.curve.push({ epoch, value: validation?.accuracy ?? 0 });
          },
          checkpoint: async ({ tensors, position }) => {
            const { seed: _, ...at } = position;
            const copied = new Map([...tensors].map(([name, { data }]) => [name, Float32Array.from(data)]));
            known.state = { ...at, tensors: copied };
            const values = known.curve.map(({ value }) => value);
            if (values.indexOf(Math.max(...values)) === values.length - 1) known.best = copied;
          },
        },
      });
    } catch (error) {
      // One that diverges keeps what it had reached, and gets nothing for the rest.
      if (!(error instanceof TrainyardError) || error.code !== 'training_diverged') throw error;
      while (known.curve.length < training.epochs) known.curve.push({ epoch: known.curve.length + 1, value: 0 });
    } finally {
      await compiled.release();
    }
  }
}
