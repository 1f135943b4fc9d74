export { type Augmenter, augmentImage, createAugmenter } from './augment/augmenter.js';
export type { ImagePlace } from './augment/draws.js';
export { allocateMixedRows, type BatchPlace, type MixedRows, type Mixing, mixImages } from './augment/mix.js';
export { cutAt, cutsOf, defaultCut } from './backbone/cut.js';
export { type CutRefusal, cutStored, type StoredBackbone, toStoredBackbone } from './backbone/cut-stored.js';
export { type BackboneDescription, describeBackbone } from './backbone/describe.js';
export { BackboneGraph } from './backbone/graph.js';
export { type ImportedBackbone, type ImportedValue, importBackbone } from './backbone/import.js';
export { backboneWeights } from './backbone/weights.js';
export { compileEvaluation, type EvaluationGraph, type EvaluationOptions } from './compile/evaluation.js';
export { compileFeatures, type FeatureGraph } from './compile/features.js';
export { compileGradCam, type GradCamGraph, type GradCamOptions, scoreWeights } from './compile/grad-cam.js';
export type { Mixture } from './compile/mixture.js';
export { compilePredictor, type PredictorGraph, type PredictorOptions } from './compile/predictor.js';
export { type Preprocessing, preprocessingFor } from './compile/preprocessing.js';
export {
  compileProbe,
  type ProbedLayer,
  type ProbedWeight,
  type ProbeGraph,
  type ProbeOptions,
  probedValues,
} from './compile/probe.js';
export { randomInputsOf } from './compile/random-inputs.js';
export { type StateTensor, servedParameters } from './compile/state.js';
export type { TensorSpec } from './compile/tensor-spec.js';
export { compileTrainStep, type TrainStep, type TrainStepOptions } from './compile/train-step.js';
export { buildTrained, type TrainedModel, type TrainedWeights } from './compile/trained-network.js';
export { compileTrainedPredictor, type TrainedPredictor } from './compile/trained-predictor.js';
export { exportKeras, type KerasVersion } from './keras/export/index.js';
export { type ImportedModel, importKeras } from './keras/import.js';
export { type LossRule, lossFor, smoothingMismatch } from './losses/index.js';
export { type KernelLayout, storedPlaces, storedShape } from './lowering/blocked/kernel-layout.js';
export {
  type BlockedProbe,
  compileBlockedProbe,
  compileLanesProbe,
  type LanesProbe,
} from './lowering/blocked/probe.js';
export { createMetrics, metricMismatch, runningMetrics } from './metrics/index.js';
export type { Labels, MetricAccumulator, MetricContext } from './metrics/metric.js';
export { backbonesOf, type ModelBackbone } from './model/backbones.js';
export { buildModel, type DataShape } from './model/build.js';
export { cpuLowerings } from './model/cpu-lowerings.js';
export { type DescribedDataset, dataShapeOf } from './model/data-shape.js';
export { freezeLayers } from './model/freeze.js';
export { frozenPrefix, modelAfter, parametersUpTo } from './model/frozen-prefix.js';
export { type Head, possibleHeads, type Task } from './model/head.js';
export { IMAGES_PER_RUN_MAX } from './model/images-per-run.js';
export type { Model, ModelParameter } from './model/model.js';
export { layerRateMismatches, layersWithWeights, namedLayers } from './model/named-layers.js';
export { initialParameters, parameterName } from './model/parameters.js';
export { evaluationBatch, imageBytes, stepsPerRun } from './model/run-sizes.js';
export { countFigures, type ModelFigures, summarizeModel } from './model/summary.js';
export { defaultLoss, defaultMetrics, defaultNormalization } from './model/training-defaults.js';
export { metricContext, trainingMismatches } from './model/training-fit.js';
export { matchWeights } from './model/weight-matches.js';
export { appendMetadata } from './onnx/append-metadata.js';
export { type OnnxModel, readOnnxModel } from './onnx/read-model.js';
export { presets } from './presets/index.js';
export type { Preset, PresetLayer, PresetSpec } from './presets/preset.js';
export { permutation } from './random/permutation.js';
export { allocateRandom, fillRandom, type RandomInput, randomBytes } from './random/random-input.js';
export {
  type NamedTensor,
  readSafetensors,
  SafetensorsError,
  type SafetensorsFile,
  writeSafetensors,
  writeSafetensorsInto,
} from './safetensors.js';
export { type LearningRates, scheduleFor } from './schedules/index.js';
export { nextPlateau, startPlateau } from './schedules/reduce-on-plateau.js';
export { type ParseOptions, parseModelSpec } from './spec/parse.js';
export { type InputSpec, type LayerSpec, type ModelSpec, modelSpecSchema } from './spec/schema.js';
