/** Units that are 0 for every image: no gradient passes through them, so that they never come back. */
import type { ProbeLayer } from '@trainyard/contracts';
import { figure, figures, grade, percent, type Rule } from '../finding.js';
import type { Readings } from '../readings.js';
import { withModel, withRate } from '../remedies/job-edits.js';
import { withActivation, withUsualInitializers } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

const CUTTING = new Set(['relu', 'relu6']);

export const deadRelu: Rule = (readings) => {
  const { lastProbe, firstProbe, learned } = readings;
  const layers = (lastProbe?.layers ?? []).filter(({ dead_share }) => dead_share !== null);
  if (!lastProbe || layers.length === 0) return null;
  const worst = layers.reduce((most, layer) => (deadOf(layer) > deadOf(most) ? layer : most));
  const mean = layers.reduce((sum, layer) => sum + deadOf(layer), 0) / layers.length;
  const limit = THRESHOLDS.deadShare;
  const isStuck = learned === null || learned < THRESHOLDS.learned;
  if (deadOf(worst) < limit.anyLayer && !(mean >= limit.mean && isStuck)) return null;
  const atStart = firstProbe?.layers.find(({ layer }) => layer === worst.layer)?.dead_share ?? null;
  const share = Math.max(deadOf(worst), mean);
  return {
    code: 'dead_relu',
    confidence: isStuck ? grade(share, [limit.mean, 1], [0.75, 0.9]) : grade(share, [limit.anyLayer, 1], [0.5, 0.6]),
    evidence: [
      {
        metric: 'dead_share',
        epochs: [lastProbe.epoch],
        figures: figures({ dead_share: deadOf(worst), mean_dead_share: mean, at_start: atStart }),
        text: `After epoch ${lastProbe.epoch}, ${percent(deadOf(worst))} of the units of the layer ${worst.layer} are 0 for each of ${lastProbe.images} images${atStart === null ? '' : `; at the start it was ${percent(atStart)}`}. Over all layers with a ReLU it is ${figure(100 * mean)} %.`,
      },
    ],
    remedies: remediesFor(readings, (atStart ?? 0) < 0.5),
    explains: ['underfitting', 'vanishing_gradients', 'learning_rate_too_low'],
  };
};

function deadOf({ dead_share }: ProbeLayer): number {
  return dead_share ?? 0;
}

/** Units that were alive at the start were killed by steps that were too large; others never lived. */
function remediesFor(readings: Readings, livedOnce: boolean) {
  const { body, spec } = readings.facts;
  const promises = betterScore(readings);
  const started = withUsualInitializers(withActivation(spec, CUTTING, 'leaky_relu'));
  const leaky = remedy(
    'Use leaky ReLUs, and the usual initial weights',
    'A leaky ReLU lets some of the gradient through everywhere (Maas et al., 2013); biases of 0 start in its middle.',
    promises,
    withModel(body, started),
  );
  const slower = remedy(
    'Lower the learning rate tenfold, and use leaky ReLUs',
    'The units were alive at the start: steps that are too large have pushed them below 0 for good.',
    promises,
    withRate(withModel(body, started), 0.1),
  );
  return livedOnce ? [slower, leaky] : [leaky, slower];
}
