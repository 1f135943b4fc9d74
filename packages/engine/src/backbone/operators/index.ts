/** Every ONNX operator that a backbone may have, by ONNX' name. Each is written with operations that have gradients. */
import type { BackboneOperator } from '../operator.js';
import { clip, elu, hardSigmoid, leakyRelu, logSoftmax, prelu, simpleActivations, softmax } from './activation.js';
import { batchNormalization } from './batch-normalization.js';
import { convolution } from './convolution.js';
import { elementwise, pow } from './elementwise.js';
import { gemm, matmul } from './matrix.js';
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './pooling.js';
import { reductions } from './reduction.js';
import { concat, flatten, pad, reshape, slice, squeeze, transpose, unsqueeze } from './shape.js';

export const operators: Readonly<Record<string, BackboneOperator>> = {
  ...simpleActivations,
  ...elementwise,
  ...reductions,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Clip: clip,
  Concat: concat,
  Conv: convolution,
  Elu: elu,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  HardSigmoid: hardSigmoid,
  LeakyRelu: leakyRelu,
  LogSoftmax: logSoftmax,
  MatMul: matmul,
  MaxPool: maxPool,
  Pad: pad,
  Pow: pow,
  PRelu: prelu,
  Reshape: reshape,
  Slice: slice,
  Softmax: softmax,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
