// The fit loop as the trainer runs it, by a plan, without a service around it.
import { resolveTraining } from '@trainyard/contracts';
import { defaultLoss, defaultMetrics, initialParameters, metricContext, preprocessingFor } from '@trainyard/engine';
import { fit as fitLoop, openTraining, stepsPerEpoch } from '@trainyard/runtime';

/**
 * @param {import('@trainyard/engine').Model} model
 * @param {import('@trainyard/contracts').TrainingOptions} options As a client posts them
 */
export function trainingOf({ head, image: { channels } }, options) {
  return resolveTraining(options, { loss: defaultLoss(head), metrics: defaultMetrics(head), channels });
}

/**
 * @typedef {object} FitLoop
 * @property {import('@trainyard/engine').Model} model
 * @property {import('@trainyard/contracts').Training} training
 * @property {import('@trainyard/runtime').TrainingData} data
 * @property {readonly string[]} classes
 * @property {{ mean: number[], std: number[] }} statistics Of the pixels
 * @property {import('@trainyard/contracts').ExecutionPlan} plan
 * @property {import('@trainyard/runtime').FitObserver} observer
 * @property {number} [probedImages] Of the train split; left out, it does not look into the network
 * @property {boolean} [test] Whether the test split is evaluated at the end, as jobs do
 * @property {() => void} [onStart] Called when all is compiled
 */

/** Trains from new weights to the last epoch. @param {FitLoop} loop */
export async function runFitLoop({ model, training, data, classes, statistics, plan, observer, ...more }) {
  const { probedImages, test = false, onStart = () => {} } = more;
  const context = metricContext(model, classes);
  const compiled = await openTraining({
    model,
    training,
    preprocessing: preprocessingFor(training.normalization, statistics, model.image.channels),
    plan,
    context,
    steps: stepsPerEpoch(data, training),
    ...(probedImages === undefined ? {} : { probedImages }),
  });
  const tensors = initialParameters(model, training.seed);
  const { signal } = new AbortController();
  const start = { tensors, epoch: 0, step: 0, best: null, learningRate: null };
  try {
    onStart();
    await fitLoop({ ...compiled, training, data, context, start, signal, observer });
    if (test) await compiled.evaluator.evaluate(tensors, data.splits.test, signal);
  } finally {
    await compiled.release();
  }
}
