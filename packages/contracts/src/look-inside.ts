/** What the API shows of the inside of a network: histograms by epoch, feature maps, embeddings. */
import { type Static, Type } from 'typebox';
import { EmbeddingResult } from './analyses/embedding.js';
import { FeatureMapsResult } from './analyses/feature-maps.js';
import { ANALYSIS_STATUSES } from './analysis.js';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Words } from './schema.js';

export const HISTOGRAMS_OF = ['activations', 'gradients'] as const;
export type HistogramsOf = (typeof HISTOGRAMS_OF)[number];

const Figure = Nullable(Type.Number());

export const Histograms = Type.Object(
  {
    object: Type.Literal('histograms'),
    job_id: IdSchema('job'),
    of: Words(HISTOGRAMS_OF),
    edges: Type.Array(Type.Number(), {
      description: 'Between the bins, ascending: one fewer than bins, since the first and the last bin are open',
    }),
    series: Type.Array(
      Type.Object({
        name: Type.String({ description: 'A layer; of gradients a weight, as layer/weight' }),
        layer: Type.String(),
        rows: Type.Array(
          Type.Object({
            epoch: Type.Integer({ description: 'Epochs done; 0 is before the first' }),
            step: Type.Integer(),
            counts: Type.Array(Type.Integer()),
            mean: Type.Optional(Figure),
            std: Type.Optional(Figure),
            zero_share: Type.Optional(Type.Number()),
            norm: Type.Optional(Figure),
          }),
        ),
      }),
    ),
  },
  { $id: 'Histograms' },
);
export type Histograms = Static<typeof Histograms>;

const analysed = {
  status: Words(ANALYSIS_STATUSES),
  checkpoint_id: IdSchema('checkpoint'),
  error: Nullable(ErrorRecordSchema),
};

export const FeatureMaps = Type.Object(
  {
    id: IdSchema('feature_maps'),
    object: Type.Literal('feature_maps'),
    ...analysed,
    result: Nullable(FeatureMapsResult, { description: 'Null until it has succeeded' }),
    map: Type.Optional(
      Type.Array(Type.Array(Type.Number()), { description: 'Of the `channel` that was asked for: its rows' }),
    ),
  },
  { $id: 'FeatureMaps' },
);
export type FeatureMaps = Static<typeof FeatureMaps>;

export const Embedding = Type.Object(
  {
    id: IdSchema('embedding'),
    object: Type.Literal('embedding'),
    ...analysed,
    result: Nullable(EmbeddingResult, { description: 'Null until it has succeeded' }),
  },
  { $id: 'Embedding' },
);
export type Embedding = Static<typeof Embedding>;
