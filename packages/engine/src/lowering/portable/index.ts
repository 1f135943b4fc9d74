/** The portable lowering: standard ONNX operators only, for the CPU and CUDA alike. */
import type { Graph } from '../../graph/graph.js';
import { type Lowering, lower } from '../lower.js';
import { lowerAveragePoolGradient } from './average-pool-gradient.js';
import { lowerBatchNormalization } from './batch-normalization.js';
import { lowerBatchNormalizationGradient } from './batch-normalization-gradient.js';
import { lowerConvInputGradient } from './conv-input-gradient.js';
import { lowerConvWeightGradient } from './conv-weight-gradient.js';
import { lowerMaxPoolGradient } from './max-pool-gradient.js';
import { lowerPad } from './pad.js';
import { lowerReluGradient } from './relu-gradient.js';
import { lowerConvTranspose } from './symmetric-conv-transpose.js';

export const portableLowering: Lowering = {
  AveragePoolGradient: lowerAveragePoolGradient,
  BatchNormalization: lowerBatchNormalization,
  BatchNormalizationGradient: lowerBatchNormalizationGradient,
  ConvTranspose: lowerConvTranspose,
  ConvInputGradient: lowerConvInputGradient,
  ConvWeightGradient: lowerConvWeightGradient,
  MaxPoolGradient: lowerMaxPoolGradient,
  Pad: lowerPad,
  ReluGradient: lowerReluGradient,
};

export function lowerPortable(graph: Graph): Graph {
  return lower(graph, portableLowering);
}
