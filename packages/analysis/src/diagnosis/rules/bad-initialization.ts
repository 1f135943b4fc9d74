/** Weights that start all alike, or far from the size that their number of inputs asks for. */
import type { ProbeWeight } from '@trainyard/contracts';
import type { SpecLayer } from '../facts.js';
import { type Finding, figure, figures, gradeLog, type Rule } from '../finding.js';
import { kernelsOf, type Readings } from '../readings.js';
import { withModel } from '../remedies/job-edits.js';
import { withUsualInitializers } from '../remedies/layer-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export const badInitialization: Rule = (readings) => {
  const found = alike(readings) ?? wrongSize(readings);
  if (!found) return null;
  const { body, spec } = readings.facts;
  return {
    code: 'bad_initialization',
    ...found,
    remedies: [
      remedy(
        'Use the usual initial weights',
        "He's initialiser in front of ReLUs and Glorot's elsewhere keep values and gradients of one size through all layers.",
        betterScore(readings),
        withModel(body, withUsualInitializers(spec)),
      ),
    ],
    explains: [
      'dead_relu',
      'saturated_activations',
      'vanishing_gradients',
      'exploding_gradients',
      'underfitting',
      'still_improving',
      'learning_rate_too_low',
      'learning_rate_too_high',
      'overfitting',
    ],
  };
};

type Found = Pick<Finding, 'confidence' | 'evidence'>;

/** Units with the same weights get the same gradients, and stay the same. */
function alike({ firstProbe, facts }: Readings): Found | null {
  const last = facts.spec.layers.at(-1)?.name;
  const same = (firstProbe ? kernelsOf(firstProbe) : []).filter(
    // The units of the last layer have targets of their own, which tell them apart.
    ({ layer, elements, std }) => layer !== last && elements > 1 && (std ?? 1) < 1e-6,
  );
  if (same.length === 0) return null;
  const [first] = same;
  return {
    confidence: 0.985,
    evidence: [
      {
        metric: 'std',
        epochs: [0],
        figures: figures({ std: first.std, kernels: same.length }),
        text: `All ${first.elements} weights of ${first.weight} start alike: its units get the same gradients and stay the same.`,
      },
    ],
  };
}

/** std · √fan_in is what a layer multiplies the size of its inputs by (Glorot and Bengio, 2010). */
function wrongSize({ firstProbe, facts }: Readings): Found | null {
  const { least, most } = THRESHOLDS.gain;
  const gains = (firstProbe ? kernelsOf(firstProbe) : []).flatMap((kernel) => {
    const layer = facts.spec.layers.find(({ name }) => name === kernel.layer);
    const fan = layer && fanIn(layer, kernel, facts.dataset.classes?.length ?? 1);
    return fan && kernel.std ? [{ kernel, gain: kernel.std * Math.sqrt(fan) }] : [];
  });
  const offBy = (gain: number) => Math.max(gain / most, least / gain);
  const worst = gains.reduce((found, each) => (offBy(each.gain) > offBy(found.gain) ? each : found), {
    kernel: null,
    gain: 1,
  } as { kernel: ProbeWeight | null; gain: number });
  if (worst.kernel === null || offBy(worst.gain) <= 1) return null;
  const { weight, std } = worst.kernel;
  return {
    confidence: gradeLog(offBy(worst.gain), [1, 3], [0.8, 0.985]),
    evidence: [
      {
        metric: 'std',
        epochs: [0],
        figures: figures({ std, gain: worst.gain }),
        text: `The weights of ${weight} start with a deviation of ${figure(std ?? 0)}: its outputs are about ${figure(worst.gain)} times as large as its inputs, where 1 to 1.4 is usual.`,
      },
    ],
  };
}

/** Inputs of one unit; null for layers that share kernels in other ways. */
function fanIn({ type, filters, units }: SpecLayer, { elements }: ProbeWeight, classes: number): number | null {
  if (type === 'conv2d' && typeof filters === 'number') return elements / filters;
  if (type !== 'dense') return null;
  return elements / (typeof units === 'number' ? units : classes);
}
