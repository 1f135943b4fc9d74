/** Where in an image a hosted model sees a class: what `POST …/explain` is asked and answers. */
import { type Static, Type } from 'typebox';
import { AnsweredBy } from './endpoint.js';
import { Strict, Words } from './schema.js';

export const EXPLAIN_FORMATS = ['json', 'png'] as const;

/** A part of an image, in its pixels; it may reach beyond the edges. */
export const ImageRegion = Type.Object({
  x: Type.Number(),
  y: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
});
export type ImageRegion = Static<typeof ImageRegion>;

export const ExplainQuery = Strict({
  class: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'The class, label or target to explain, by name or by place from 0; the most probable one by default',
    }),
  ),
  layer: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'The layer whose maps are looked at; by default the last one behind a convolution that gives more than one pixel',
    }),
  ),
  format: Type.Optional(
    Words(EXPLAIN_FORMATS, { description: '`json` by default; `Accept: image/png` asks for `png` as well' }),
  ),
  overlay: Type.Optional(Type.Boolean({ default: false, description: 'Whether JSON has the picture too' })),
});
export type ExplainQuery = Static<typeof ExplainQuery>;

/** What Grad-CAM says of one image. */
export const Explanation = Type.Object(
  {
    class: Type.String({ description: 'The class or label, or of a regression the target' }),
    probability: Type.Optional(Type.Number({ description: 'Of the class or label' })),
    value: Type.Optional(Type.Number({ description: 'Of a regression, in place of a probability' })),
    layer: Type.String({ description: 'The layer whose maps were looked at' }),
    matrix: Type.Array(Type.Array(Type.Number({ minimum: 0, maximum: 1 })), {
      description:
        '[row][column] of the layer: how much speaks for the class there, the most being 1; all 0 where nothing does',
    }),
    image: Type.Object(
      { width: Type.Integer(), height: Type.Integer() },
      { description: 'The size of what was sent, upright' },
    ),
    region: Type.Unsafe<ImageRegion>({
      ...ImageRegion,
      description:
        'The part of the image that the model saw, which the matrix covers; it reaches beyond where borders were added',
    }),
    overlay: Type.Optional(Type.String({ description: 'The picture as a `data:` URL' })),
    ...AnsweredBy,
  },
  { $id: 'Explanation' },
);
export type Explanation = Static<typeof Explanation>;
