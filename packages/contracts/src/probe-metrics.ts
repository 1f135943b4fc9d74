/**
 * A look into the network while it trains: what each layer gives on a fixed batch of the train split, and the gradient of
 * each weight. Histograms have fixed bins, so that those of different epochs can be laid over each other.
 */
import { type Static, Type } from 'typebox';
import { Nullable } from './schema.js';

/**
 * Edges of bins for numbers of either sign whose size varies by orders of magnitude: ±10^k in equal steps of k, smallest
 * first. Between the two edges next to 0 lies one bin.
 */
function signedDecades(from: number, to: number, perDecade: number): readonly number[] {
  const sizes = Array.from({ length: (to - from) * perDecade + 1 }, (_, i) =>
    Number((10 ** (from + i / perDecade)).toPrecision(3)),
  );
  return [...sizes.map((size) => -size).reverse(), ...sizes];
}

/** Of what layers give: ±0.001 to ±1000, four bins a decade. The first and the last bin are open. */
export const ACTIVATION_BIN_EDGES = signedDecades(-3, 3, 4);

/** Of gradients: ±1e-9 to ±1000, two bins a decade. The first and the last bin are open. */
export const GRADIENT_BIN_EDGES = signedDecades(-9, 3, 2);

const Share = Type.Number({ minimum: 0, maximum: 1 });
const Figure = (description: string) => Nullable(Type.Number({ description }));
const Histogram = (description: string) => Type.Array(Type.Integer(), { description });

export const ProbeLayer = Type.Object({
  layer: Type.String(),
  type: Type.String(),
  activation: Nullable(Type.String(), { description: 'The function at its end; null where it has none' }),
  mean: Figure('Of what it gives; null where that is not finite'),
  std: Figure('Of what it gives; null where that is not finite'),
  zero_share: Type.Unsafe<number>({ ...Share, description: 'Of the values that are exactly 0' }),
  saturated_share: Nullable(
    Type.Unsafe<number>({
      ...Share,
      description: 'Of the values at an end of the range of the activation; null where it has no such end but 0',
    }),
  ),
  dead_share: Nullable(
    Type.Unsafe<number>({
      ...Share,
      description:
        'Of the units or channels that are 0 for every image; null where the activation does not cut off at 0',
    }),
  ),
  histogram: Histogram('Values in each bin; the edges are ACTIVATION_BIN_EDGES'),
});
export type ProbeLayer = Static<typeof ProbeLayer>;

export const ProbeWeight = Type.Object({
  weight: Type.String({ description: 'As layer/weight' }),
  layer: Type.String(),
  elements: Type.Integer(),
  norm: Figure('Euclidean norm'),
  std: Figure('Standard deviation of its elements'),
  gradient_norm: Figure('Euclidean norm of the gradient of the loss; null where that is not finite'),
  update_ratio: Figure(
    'How far a step moves it: the norm of the change over that of the weight, of the last run of steps; null before the first step',
  ),
  histogram: Histogram('Elements of the gradient in each bin; the edges are GRADIENT_BIN_EDGES'),
});
export type ProbeWeight = Static<typeof ProbeWeight>;

export const ProbeMetrics = Type.Object(
  {
    epoch: Type.Integer({ description: 'Epochs done; 0 is before the first' }),
    step: Type.Integer(),
    images: Type.Integer({ description: 'Images of the train split that it looks at, the same in each row' }),
    loss: Figure('Mean over these images, without dropout and augmentation'),
    penalty: Type.Number({ description: 'What regularizers add to the loss' }),
    gradient_norm: Figure('Of all gradients together; null where that is not finite'),
    layers: Type.Array(ProbeLayer, { description: 'Those that have weights or an activation' }),
    weights: Type.Array(ProbeWeight, { description: 'Those that are trained' }),
  },
  { $id: 'ProbeMetrics' },
);
export type ProbeMetrics = Static<typeof ProbeMetrics>;
