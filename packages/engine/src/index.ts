export { compileEvaluation, type EvaluationGraph, type EvaluationOptions } from './compile/evaluation.js';
export { compilePredictor, type PredictorGraph, type PredictorOptions } from './compile/predictor.js';
export { type Preprocessing, preprocessingFor } from './compile/preprocessing.js';
export type { TensorSpec } from './compile/tensor-spec.js';
export { compileTrainStep, type StateTensor, type TrainStep, type TrainStepOptions } from './compile/train-step.js';
export { compileTrainedPredictor, type TrainedModel, type TrainedPredictor } from './compile/trained-predictor.js';
export { type LossRule, lossFor, smoothingMismatch } from './losses/index.js';
export { createMetrics, metricMismatch, runningMetrics } from './metrics/index.js';
export type { Labels, MetricAccumulator, MetricContext } from './metrics/metric.js';
export { buildModel, type DataShape } from './model/build.js';
export type { Model, ModelParameter } from './model/model.js';
export { initialParameters, parameterName } from './model/parameters.js';
export { summarizeModel } from './model/summary.js';
export { presets } from './presets/index.js';
export type { Preset, PresetLayer, PresetSpec } from './presets/preset.js';
export { type DropoutMask, fillDropoutMask } from './random/dropout-mask.js';
export { permutation } from './random/permutation.js';
export {
  type NamedTensor,
  readSafetensors,
  SafetensorsError,
  type SafetensorsFile,
  writeSafetensors,
} from './safetensors.js';
export { parseModelSpec } from './spec/parse.js';
export { type InputSpec, type LayerSpec, type ModelSpec, modelSpecSchema } from './spec/schema.js';
