/** Gradients that grow smaller from layer to layer on their way back, so that the first layers learn nothing. */
import { figure, figures, gradeLog, type Rule } from '../finding.js';
import { kernelsOf } from '../readings.js';
import { withModel } from '../remedies/job-edits.js';
import { withActivation, withUsualInitializers } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

const SQUASHING = new Set(['sigmoid', 'tanh', 'hard_sigmoid']);

export const vanishingGradients: Rule = (readings) => {
  const { probes, learned, facts } = readings;
  const limit = THRESHOLDS.vanishing;
  const looks = probes.flatMap((probe) => {
    const sizes = kernelsOf(probe).flatMap(({ layer, elements, gradient_norm }) =>
      gradient_norm === null ? [] : [{ layer, size: gradient_norm / Math.sqrt(elements) }],
    );
    const last = sizes.at(-1);
    if (!last || sizes.length < limit.layers || last.size === 0) return [];
    const least = sizes.reduce((small, each) => (each.size < small.size ? each : small));
    return [{ epoch: probe.epoch, least, last, ratio: least.size / last.size }];
  });
  const look = looks.at(-1);
  // Gradients of exactly 0 have another cause: units that are dead, or weights that are all 0.
  if (!look || look.ratio === 0 || look.ratio >= limit.ratio || (learned ?? 0) >= THRESHOLDS.learnedWell) return null;
  const { body, spec } = facts;
  const promises = betterScore(readings);
  const relus = withUsualInitializers(withActivation(spec, SQUASHING, 'relu'));
  return {
    code: 'vanishing_gradients',
    confidence: gradeLog(look.ratio, [limit.ratio, limit.ratio / 100], [0.75, 0.945]),
    evidence: [
      {
        metric: 'gradient_norm',
        epochs: looks.map(({ epoch }) => epoch),
        figures: figures({ smallest: look.least.size, last_layer: look.last.size, ratio: look.ratio }),
        text: `After epoch ${look.epoch} a weight of ${look.least.layer} has a gradient of ${figure(look.least.size)} (root mean square), one of the last layer ${figure(look.last.size)}: ${figure(1 / look.ratio)} times as much.`,
      },
    ],
    remedies: [
      remedy(
        "Use ReLUs with He's initial weights",
        'The derivative of a sigmoid is at most ¼, and each layer multiplies by it; that of a ReLU is 1 (Glorot et al., 2011; He et al., 2015).',
        promises,
        withModel(body, relus),
      ),
      remedy(
        'Use the usual initial weights',
        "Glorot's keep gradients of the same size in all layers.",
        promises,
        withModel(body, withUsualInitializers(spec)),
      ),
    ],
    explains: ['underfitting', 'learning_rate_too_low', 'still_improving'],
  };
};
