/** The operations that are computed in blocks. */
import { blockedBatchNormalizationGradientRule, blockedBatchNormalizationRule } from './batch-normalization.js';
import { blockedConvRule } from './conv.js';
import { blockedConvInputGradientRule } from './conv-input-gradient.js';
import { blockedConvWeightGradientRule } from './conv-weight-gradient.js';
import { elementwiseRule } from './elementwise.js';
import { blockedMaxPoolGradientRule } from './max-pool-gradient.js';
import { blockedAveragePoolRule, blockedGlobalAveragePoolRule, blockedMaxPoolRule } from './pools.js';
import { expandRule, reduceSumRule } from './reductions.js';
import type { BlockedRule } from './rule.js';

const ELEMENTWISE = [
  'Abs',
  'Add',
  'Clip',
  'Div',
  'Elu',
  'Equal',
  'Erf',
  'Exp',
  'Greater',
  'HardSigmoid',
  'LeakyRelu',
  'Log',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Pow',
  'Relu',
  'ReluGradient',
  'Selu',
  'Sigmoid',
  'Sign',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
  'Where',
] as const;

export const blockedRules: Readonly<Record<string, BlockedRule>> = {
  ...Object.fromEntries(ELEMENTWISE.map((type) => [type, elementwiseRule])),
  AveragePool: blockedAveragePoolRule,
  BatchNormalization: blockedBatchNormalizationRule,
  BatchNormalizationGradient: blockedBatchNormalizationGradientRule,
  Conv: blockedConvRule,
  ConvInputGradient: blockedConvInputGradientRule,
  ConvWeightGradient: blockedConvWeightGradientRule,
  Expand: expandRule,
  GlobalAveragePool: blockedGlobalAveragePoolRule,
  MaxPool: blockedMaxPoolRule,
  MaxPoolGradient: blockedMaxPoolGradientRule,
  ReduceSum: reduceSumRule,
};
