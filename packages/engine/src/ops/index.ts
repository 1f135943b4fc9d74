/**
 * Every operation of the compiler, by type. The gradient harness walks this record: an operation with a gradient rule
 * that has no case there fails it.
 */
import type { OpDefinition } from '../graph/graph.js';
import { absOp } from './abs.js';
import { addOp } from './add.js';
import { argMaxOp } from './arg-max.js';
import { averagePoolGradientOp, averagePoolOp } from './average-pool.js';
import { batchNormalizationGradientOp, batchNormalizationOp } from './batch-normalization.js';
import { castOp } from './cast.js';
import { clipOp } from './clip.js';
import { concatOp } from './concat.js';
import { convInputGradientOp, convOp, convWeightGradientOp } from './conv.js';
import { convTransposeOp } from './conv-transpose.js';
import { divOp } from './div.js';
import { eluOp } from './elu.js';
import { equalOp } from './equal.js';
import { erfOp } from './erf.js';
import { expOp } from './exp.js';
import { expandOp } from './expand.js';
import { gemmOp } from './gemm.js';
import { globalAveragePoolOp } from './global-average-pool.js';
import { greaterOp } from './greater.js';
import { hardSigmoidOp } from './hard-sigmoid.js';
import { leakyReluOp } from './leaky-relu.js';
import { logOp } from './log.js';
import { logSoftmaxOp } from './log-softmax.js';
import { andOp, notOp, orOp } from './logic.js';
import { matmulOp } from './matmul.js';
import { maxOp } from './max.js';
import { maxPoolGradientOp, maxPoolOp, maxPoolWithIndicesOp } from './max-pool.js';
import { minOp } from './min.js';
import { mulOp } from './mul.js';
import { negOp } from './neg.js';
import { powOp } from './pow.js';
import { preluOp } from './prelu.js';
import { reduceMaxOp } from './reduce-max.js';
import { reduceMeanOp } from './reduce-mean.js';
import { reduceSumOp } from './reduce-sum.js';
import { reluGradientOp, reluOp } from './relu.js';
import { reshapeOp } from './reshape.js';
import { scatterAddOp } from './scatter-add.js';
import { seluOp } from './selu.js';
import { sigmoidOp } from './sigmoid.js';
import { signOp } from './sign.js';
import { padOp, sliceOp } from './slice.js';
import { softmaxOp } from './softmax.js';
import { softplusOp } from './softplus.js';
import { splitOp } from './split.js';
import { sqrtOp } from './sqrt.js';
import { subOp } from './sub.js';
import { tanhOp } from './tanh.js';
import { transposeOp } from './transpose.js';
import { whereOp } from './where.js';

export const ops = {
  Abs: absOp,
  Add: addOp,
  And: andOp,
  ArgMax: argMaxOp,
  AveragePool: averagePoolOp,
  AveragePoolGradient: averagePoolGradientOp,
  BatchNormalization: batchNormalizationOp,
  BatchNormalizationGradient: batchNormalizationGradientOp,
  Cast: castOp,
  Clip: clipOp,
  Concat: concatOp,
  Conv: convOp,
  ConvInputGradient: convInputGradientOp,
  ConvTranspose: convTransposeOp,
  ConvWeightGradient: convWeightGradientOp,
  Div: divOp,
  Elu: eluOp,
  Equal: equalOp,
  Erf: erfOp,
  Exp: expOp,
  Expand: expandOp,
  Gemm: gemmOp,
  GlobalAveragePool: globalAveragePoolOp,
  Greater: greaterOp,
  HardSigmoid: hardSigmoidOp,
  LeakyRelu: leakyReluOp,
  Log: logOp,
  LogSoftmax: logSoftmaxOp,
  MatMul: matmulOp,
  Max: maxOp,
  MaxPool: maxPoolOp,
  MaxPoolGradient: maxPoolGradientOp,
  MaxPoolWithIndices: maxPoolWithIndicesOp,
  Min: minOp,
  Mul: mulOp,
  Neg: negOp,
  Not: notOp,
  Or: orOp,
  Pad: padOp,
  Pow: powOp,
  PRelu: preluOp,
  ReduceMax: reduceMaxOp,
  ReduceMean: reduceMeanOp,
  ReduceSum: reduceSumOp,
  Relu: reluOp,
  ReluGradient: reluGradientOp,
  Reshape: reshapeOp,
  ScatterElements: scatterAddOp,
  Selu: seluOp,
  Sigmoid: sigmoidOp,
  Sign: signOp,
  Slice: sliceOp,
  Softmax: softmaxOp,
  Softplus: softplusOp,
  Split: splitOp,
  Sqrt: sqrtOp,
  Sub: subOp,
  Tanh: tanhOp,
  Transpose: transposeOp,
  Where: whereOp,
} satisfies Record<string, OpDefinition>;

export type OpType = keyof typeof ops;
