/** Starting from the weights of a checkpoint, and which layers keep theirs: as posted, as stored with a job, as its trainer gets it. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { IdSchema } from './ids.js';
import { LayerPattern } from './layer-rates.js';
import { Nullable, Strict, Words } from './schema.js';
import { NORMALIZATIONS } from './training.js';

export const FreezeOptions = Type.Array(LayerPattern, {
  maxItems: 256,
  description:
    'Layers whose weights stay as they are, by name or pattern. A frozen batch_normalization uses its running statistics, and these stay too',
});

export const UNFREEZE_RATE_FACTOR = 0.1;

export const UnfreezeOptions = Strict(
  {
    epoch: Type.Integer({
      minimum: 2,
      maximum: 100_000,
      description: 'The first epoch, counted from 1, that trains the layers of `freeze` as well',
    }),
    learning_rate_factor: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        default: UNFREEZE_RATE_FACTOR,
        description: 'What every learning rate is multiplied by from that epoch on',
      }),
    ),
  },
  {
    description:
      'The recipe in two phases: first the other layers alone, then all of them. The optimizer begins anew with the second, and so does the patience of early stopping, which ends no training before it',
  },
);
export type UnfreezeOptions = Static<typeof UnfreezeOptions>;

export const Unfreeze = Strict({
  epoch: Type.Integer({ minimum: 2 }),
  learning_rate_factor: Type.Number({ exclusiveMinimum: 0 }),
});
export type Unfreeze = Static<typeof Unfreeze>;

export function resolveUnfreeze({ epoch, learning_rate_factor = UNFREEZE_RATE_FACTOR }: UnfreezeOptions): Unfreeze {
  return { epoch, learning_rate_factor };
}

/** Why a layer begins with new weights. */
export const MISMATCHES = ['not_in_checkpoint', 'other_weights', 'other_shape'] as const;
export type Mismatch = (typeof MISMATCHES)[number];

/** Which layers of a model have the weights of a checkpoint, and which not and why. Layers without weights are left out. */
export const WeightMatches = Type.Object({
  matched: Type.Array(Type.Object({ layer: Type.String(), parameters: Type.Integer() }), {
    description: 'Layers that begin with the weights of the checkpoint: name and shapes are the same',
  }),
  unmatched: Type.Array(
    Type.Object({
      layer: Type.String(),
      reason: Words(MISMATCHES, {
        description:
          'not_in_checkpoint: it has no layer of that name; other_weights: that layer has other weights, for example no bias; other_shape: a weight has another shape',
      }),
      detail: Type.String(),
    }),
    { description: 'Layers that begin with new weights' },
  ),
  unused: Type.Array(Type.String(), { description: 'Layers of the checkpoint that the model has no place for' }),
});
export type WeightMatches = Static<typeof WeightMatches>;

/** What became of `init_from` and `freeze`, as the job shows it. */
export const TransferReport = Type.Object({
  source: Nullable(
    Type.Intersect([
      Type.Object({
        checkpoint_id: IdSchema('checkpoint'),
        job_id: IdSchema('job'),
        epoch: Type.Integer(),
        step: Type.Integer(),
        normalization: Words(NORMALIZATIONS),
      }),
      WeightMatches,
    ]),
  ),
  frozen: Type.Array(Type.String(), { description: 'Names of the layers that `freeze` holds' }),
  notes: Type.Array(Type.String()),
});
export type TransferReport = Static<typeof TransferReport>;

/** What a trainer has to know of it. */
export const TransferTask = Strict({
  source: Nullable(
    Strict({
      checkpoint_id: Type.String(),
      /** Null where the checkpoint is gone. */
      file: Nullable(Strict({ key: Type.String(), digest: Type.String() })),
      matches: WeightMatches,
    }),
  ),
  /** Names of layers. */
  frozen: Type.Array(Type.String()),
  unfreeze: Nullable(Unfreeze),
});
export type TransferTask = Static<typeof TransferTask>;

/** A stored second phase. Throws for anything else. */
export function parseUnfreeze(value: unknown): Unfreeze {
  return Value.Parse(Unfreeze, value);
}
