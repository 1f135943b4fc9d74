// The cases of every operation that has a gradient rule, by the operation's type.
import { ops } from '../../../packages/engine/src/ops/index.js';
import type { GradientCase } from '../gradient-harness.js';
import { activationOpCases } from './activation-ops.js';
import { batchNormalizationCases } from './batch-normalization.js';
import { elementwiseCases } from './elementwise.js';
import { matrixCases } from './matrix.js';
import { reductionCases } from './reduction.js';
import { shapeCases } from './shape.js';
import { windowCases } from './window.js';

export const gradientCases: Readonly<Record<string, readonly GradientCase[]>> = {
  ...activationOpCases,
  ...batchNormalizationCases,
  ...elementwiseCases,
  ...matrixCases,
  ...reductionCases,
  ...shapeCases,
  ...windowCases,
};

/** The types of operations that a gradient can pass through. */
export const differentiableOps: readonly string[] = Object.entries(ops)
  .filter(([, op]) => 'gradient' in op)
  .map(([type]) => type);
