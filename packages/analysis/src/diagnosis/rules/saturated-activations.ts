/** Values at the flat ends of sigmoid or tanh, where the gradient is nearly 0. */
import { figures, grade, percent, type Rule } from '../finding.js';
import { withModel, withTraining } from '../remedies/job-edits.js';
import { withActivation, withUsualInitializers } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

const FLAT = new Set(['sigmoid', 'tanh', 'hard_sigmoid']);

export const saturatedActivations: Rule = (readings) => {
  const { lastProbe, firstProbe, facts } = readings;
  const { body, spec, training } = facts;
  const layers = (lastProbe?.layers ?? []).filter(
    ({ saturated_share, activation }) => saturated_share !== null && FLAT.has(activation ?? ''),
  );
  if (!lastProbe || layers.length === 0) return null;
  const worst = layers.reduce((most, layer) =>
    (layer.saturated_share ?? 0) > (most.saturated_share ?? 0) ? layer : most,
  );
  const share = worst.saturated_share ?? 0;
  if (share < THRESHOLDS.saturatedShare) return null;
  const atStart = firstProbe?.layers.find(({ layer }) => layer === worst.layer)?.saturated_share ?? null;
  const promises = betterScore(readings);
  const relus = withUsualInitializers(withActivation(spec, FLAT, 'relu'));
  const smaller = training.normalization === 'none' ? withTraining(body, { normalization: 'unit' }) : body;
  const scaled = remedy(
    training.normalization === 'none'
      ? 'Scale the pixels, and use the usual initial weights'
      : 'Use the usual initial weights',
    `Inputs and weights of the usual size keep a ${worst.activation} in its steep middle (Glorot and Bengio, 2010).`,
    promises,
    withModel(smaller, withUsualInitializers(spec)),
  );
  return {
    code: 'saturated_activations',
    confidence: grade(share, [THRESHOLDS.saturatedShare, 1], [0.75, 0.945]),
    evidence: [
      {
        metric: 'saturated_share',
        epochs: [lastProbe.epoch],
        figures: figures({ saturated_share: share, at_start: atStart }),
        text: `After epoch ${lastProbe.epoch}, ${percent(share)} of the values of the layer ${worst.layer} are at the ends of its ${worst.activation}${atStart === null ? '' : `; at the start it was ${percent(atStart)}`}.`,
      },
    ],
    remedies: [scaled, remedy('Use ReLUs', 'They have no flat end but 0.', promises, withModel(smaller, relus))],
    explains: ['underfitting', 'vanishing_gradients', 'still_improving', 'overfitting'],
  };
};
