/** Neither split is learned, and the loss no longer falls: the network is too small, or held back. */
import { type Finding, figure, figures, grade, percent, type Rule } from '../finding.js';
import type { Readings } from '../readings.js';
import { withModel, withMoreEpochs, withTraining } from '../remedies/job-edits.js';
import { deepened, dropoutOf, widened, withoutRegularization } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';
import { fallOf } from './still-improving.js';

export const underfitting: Rule = (readings) => {
  const { epochs, learned } = readings;
  if (learned === null || epochs.length < THRESHOLDS.epochs || learned >= THRESHOLDS.learned) return null;
  if (fallOf(readings)) return null;
  const restraint = restraintOf(readings);
  const certainty = grade(learned, [THRESHOLDS.learned, 0], [0.6, 0.85]);
  return {
    code: 'underfitting',
    confidence: restraint.length > 0 ? 0.94 : certainty,
    evidence: [learnedEvidence(readings, learned), ...restraint],
    remedies: remediesFor(readings, restraint.length > 0),
    ...(restraint.length > 0
      ? { explains: ['dead_relu', 'vanishing_gradients', 'still_improving', 'saturated_activations'] }
      : {}),
  };
};

function learnedEvidence({ epochs, trainLoss, valLoss, guessLoss }: Readings, learned: number) {
  const last = epochs[epochs.length - 1];
  return {
    metric: 'loss',
    epochs: [last],
    figures: figures({ loss: trainLoss.at(-1), val_loss: valLoss.at(-1), guess_loss: guessLoss, learned }),
    text: `After epoch ${last} the loss is ${figure(trainLoss.at(-1) ?? Number.NaN)} on the train split itself. Guessing without a look at the images has ${figure(guessLoss ?? Number.NaN)}: only ${percent(Math.max(0, learned))} of that is gone.`,
  };
}

/** What keeps the network from learning: penalties as large as the loss itself, or most values dropped. */
function restraintOf({ probes, facts }: Readings): Finding['evidence'][number][] {
  const found: Finding['evidence'][number][] = [];
  const heaviest = probes
    .filter(({ loss }) => loss !== null)
    .find(({ penalty, loss }) => penalty >= THRESHOLDS.penaltyShare * (loss ?? 0));
  if (heaviest && heaviest.penalty > 0) {
    found.push({
      metric: 'penalty',
      epochs: [heaviest.epoch],
      figures: figures({ penalty: heaviest.penalty, loss: heaviest.loss }),
      text: `After epoch ${heaviest.epoch} the penalties on weights are ${figure(heaviest.penalty)}, more than the loss of the images, ${figure(heaviest.loss ?? 0)}: the weights are kept small rather than right.`,
    });
  }
  const rate = dropoutOf(facts.spec);
  if (rate >= THRESHOLDS.dropout) {
    found.push({
      metric: 'dropout',
      epochs: [],
      figures: figures({ rate }),
      text: `${percent(rate)} of the values of a layer are dropped; 20 to 50 % are usual.`,
    });
  }
  return found;
}

function remediesFor(readings: Readings, isHeldBack: boolean): Finding['remedies'] {
  const { body, spec } = readings.facts;
  const promises = betterScore(readings);
  const freed = withTraining(withModel(body, withoutRegularization(spec)), { augmentation: null, label_smoothing: 0 });
  const lessRegularization = remedy(
    'Regularise less',
    'Penalties, dropout and augmentation make a task harder; this one is not learned yet.',
    promises,
    freed,
  );
  const moreCapacity = remedy(
    'Give it more capacity',
    'Four times as many filters and units, and one layer more, can tell more apart.',
    promises,
    withModel(body, deepened(widened(spec, 4), 64)),
  );
  const longer = remedy('Train longer', 'The loss may fall on, if slowly.', promises, withMoreEpochs(body, 3));
  return isHeldBack ? [lessRegularization, moreCapacity, longer] : [moreCapacity, longer, lessRegularization];
}
