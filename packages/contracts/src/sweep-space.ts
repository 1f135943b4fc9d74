/** What a sweep searches: for each JSON pointer into a job's body the values that it may have. */
import { type Static, Type } from 'typebox';
import { Strict } from './schema.js';

export const SPACE_PARAMETERS_MAX = 50;
export const SPACE_VALUES_MAX = 1000;

const Values = Type.Array(Type.Unknown(), { minItems: 1, maxItems: SPACE_VALUES_MAX });

const When = Type.Optional(
  Type.Record(Type.String(), Values, {
    description:
      'The parameter is set only where each of these others has one of the values; else what was posted stays',
  }),
);

/** Any JSON values, as `{"values": […]}` or as the bare list. */
export const SpaceChoice = Strict({ values: Values, when: When });
export type SpaceChoice = Static<typeof SpaceChoice>;

export const SpaceRange = Strict({
  min: Type.Number({ minimum: -1e15, maximum: 1e15 }),
  max: Type.Number({ minimum: -1e15, maximum: 1e15, description: 'Included' }),
  log: Type.Optional(Type.Boolean({ default: false, description: 'Even in the logarithm; min must be above 0' })),
  integer: Type.Optional(Type.Boolean({ default: false })),
  step: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e15, description: 'From min on; not with log' })),
  when: When,
});
export type SpaceRange = Static<typeof SpaceRange>;

export const SpaceParameter = Type.Union([Values, SpaceChoice, SpaceRange]);
export type SpaceParameter = Static<typeof SpaceParameter>;

export const SearchSpace = Type.Record(Type.String(), SpaceParameter, {
  minProperties: 1,
  maxProperties: SPACE_PARAMETERS_MAX,
  description:
    'By JSON pointer (RFC 6901) into {"model": …, "training": …}, for example /training/optimizer/learning_rate or ' +
    '/model/layers/0/filters. A list of values, or a range {"min", "max", "log"?, "integer"?, "step"?}; ' +
    '{"values", "when"} and "when" in a range make it depend on other parameters',
});
export type SearchSpace = Static<typeof SearchSpace>;

/** What a trial sets, by pointer. A parameter whose condition does not hold is not in it. */
export const Assignment = Type.Record(Type.String(), Type.Unknown());
export type Assignment = Static<typeof Assignment>;
