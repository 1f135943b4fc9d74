/** Gradients so large that a single step throws the weights far away. */
import { figure, figures, gradeLog, type Rule } from '../finding.js';
import { withClipping, withModel, withRate, withTraining, withUsualRateAtLeast } from '../remedies/job-edits.js';
import { withUsualInitializers } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export const explodingGradients: Rule = (readings) => {
  const { probes, facts } = readings;
  const { body, training, spec } = facts;
  const looks = probes.flatMap(({ epoch, gradient_norm }) => [
    { epoch, norm: gradient_norm ?? Number.POSITIVE_INFINITY },
  ]);
  const worst = looks.reduce((most, each) => (each.norm > most.norm ? each : most), { epoch: 0, norm: 0 });
  if (worst.norm < THRESHOLDS.exploding) return null;
  const promises = betterScore(readings);
  const clipped = withClipping(body);
  const scaling =
    training.normalization === 'none'
      ? withUsualRateAtLeast(withTraining(clipped, { normalization: 'unit' }))
      : clipped;
  const isUnscaled = scaling !== clipped;
  return {
    code: 'exploding_gradients',
    confidence: gradeLog(Math.min(worst.norm, 1e9), [THRESHOLDS.exploding, 10 * THRESHOLDS.exploding], [0.8, 0.98]),
    evidence: [
      {
        metric: 'gradient_norm',
        epochs: [worst.epoch],
        figures: figures({ gradient_norm: worst.norm }),
        text: `After epoch ${worst.epoch} the gradients of all weights have a norm of ${figure(worst.norm)} together; 1 to 10 is usual.${isUnscaled ? ' The pixels come in from 0 to 255.' : ''}`,
      },
    ],
    remedies: [
      remedy(
        isUnscaled
          ? 'Scale the pixels, and limit the gradient'
          : 'Limit the gradient, and use the usual initial weights',
        'Large inputs and weights are multiplied with each other from layer to layer; a limit keeps a step from being thrown far by one batch (Pascanu et al., 2013).',
        promises,
        isUnscaled ? scaling : withModel(clipped, withUsualInitializers(spec)),
      ),
      remedy('Lower the learning rate tenfold', 'Smaller steps stand larger gradients.', promises, withRate(body, 0.1)),
    ],
    explains: ['divergence', 'dead_relu', 'underfitting', 'still_improving', 'learning_rate_too_high', 'overfitting'],
  };
};
