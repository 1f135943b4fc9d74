/** Learning rates of layers of their own (discriminative fine-tuning; Howard and Ruder, 2018), as factors of the training's. */
import { type Static, Type } from 'typebox';
import { Strict } from './schema.js';

/** The name of a layer, or of a nested model for all of its layers; `*` stands for any characters and `?` for one. */
export const LayerPattern = Type.String({
  pattern: '^[A-Za-z0-9._*?-]{1,256}$',
  description:
    'The name of a layer, or of a nested model for all of its layers; * stands for any characters, ? for one. Case counts',
});

export const LayerRate = Strict({
  layers: LayerPattern,
  factor: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1000,
    description: 'What the learning rate is multiplied by; a layer that is not to learn at all belongs in `freeze`',
  }),
});
export type LayerRate = Static<typeof LayerRate>;

export const LayerRates = Type.Array(LayerRate, {
  maxItems: 256,
  description: 'Where several fit a layer the last one counts; where none does, the factor is 1',
});
