/** Shapes of operators that compare or sum up along axes: normalisations, reductions, the largest values. */
import type { DType } from '../../../graph/tensor-type.js';
import { UnsupportedNode } from '../../operator.js';
import type { KeptCall, ShapeRule } from '../call.js';
import { integersAt, rulesOf, sameAsFirst, typeOf } from './elementwise.js';

/** Along one axis, its attribute. */
const alongAxis =
  (byDefault: number): ShapeRule =>
  (call) => {
    call.ownAxis(call.number('axis', byDefault), call.input(0).shape);
    return sameAsFirst(call);
  };

/** From an axis to the last one; further outputs are the mean and the deviation. */
const fromAxis: ShapeRule = (call) => {
  const x = call.input(0);
  const axis = call.ownAxis(call.number('axis', -1), x.shape);
  const reduced = x.shape.map((side, i) => (i < axis ? side : 1));
  return [
    typeOf(x),
    ...Array.from({ length: call.outputs - 1 }, () => ({ dtype: 'float32' as const, shape: reduced })),
  ];
};

const meanVariance: ShapeRule = (call) => {
  const x = call.input(0);
  for (const axis of call.numbers('axes', [0, 2, 3])) call.ownAxis(axis, x.shape);
  return sameAsFirst(call);
};

/** Per image, or by fixed statistics. */
const batchNormalization: ShapeRule = (call) => {
  if (call.number('training_mode', 0) !== 0) {
    throw new UnsupportedNode('it is in training mode, which mixes the images of a batch; export for inference');
  }
  return sameAsFirst(call);
};

const cumulative: ShapeRule = (call) => {
  for (const axis of call.values(1)) call.ownAxis(axis, call.input(0).shape);
  return sameAsFirst(call);
};

const reduction: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const given = integersAt(call, 1, 'axes') ?? [];
  if (given.length === 0 && call.number('noop_with_empty_axes', 0) !== 0) return [{ dtype, shape }];
  return [{ dtype, shape: reduced(call, given.length === 0 ? [...shape.keys()] : given) }];
};

const largest: ShapeRule = (call) => [{ dtype: 'int64', shape: reduced(call, [call.number('axis', 0)]) }];

function reduced(call: KeptCall, axes: readonly number[]): number[] {
  const { shape } = call.input(0);
  const gone = axes.map((axis) => call.ownAxis(axis, shape));
  const kept = shape.map((side, axis) => (gone.includes(axis) ? 1 : side));
  return call.number('keepdims', 1) === 0 ? kept.filter((_, axis) => !gone.includes(axis)) : kept;
}

const topK: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.ownAxis(call.number('axis', -1), shape);
  const [k] = call.values(1);
  const found = shape.map((side, i) => (i === axis ? k : side));
  return (['values', 'indices'] as const).map((part): { dtype: DType; shape: number[] } => ({
    dtype: part === 'values' ? dtype : 'int64',
    shape: found,
  }));
};

const REDUCED = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'];

export const axesRules: Readonly<Record<string, ShapeRule>> = {
  ...rulesOf(['GroupNormalization', 'InstanceNormalization', 'LRN', 'Trilu'], sameAsFirst),
  ...rulesOf(['Softmax', 'LogSoftmax', 'Hardmax', 'LpNormalization'], alongAxis(-1)),
  ...rulesOf(['LayerNormalization', 'RMSNormalization'], fromAxis),
  ...rulesOf(
    REDUCED.map((name) => `Reduce${name}`),
    reduction,
  ),
  ArgMax: largest,
  ArgMin: largest,
  BatchNormalization: batchNormalization,
  CumProd: cumulative,
  CumSum: cumulative,
  MeanVarianceNormalization: meanVariance,
  TopK: topK,
};
