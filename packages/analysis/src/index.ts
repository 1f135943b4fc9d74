/** What trained models and their figures say: pure functions on arrays and rows. */
export * from './comparison/compare-predictions.js';
export * from './comparison/differences.js';
export * from './comparison/holm.js';
export * from './comparison/mcnemar.js';
export * from './comparison/mean-difference.js';
export * from './comparison/normal.js';
export * from './comparison/shared-images.js';
export * from './comparison/wilcoxon.js';
export { diagnose } from './diagnosis/diagnose.js';
export { type DiagnosisFacts, isModelSpec, type ModelSpec, type SpecLayer } from './diagnosis/facts.js';
export { type PrincipalComponents, principalComponents } from './embedding/principal-components.js';
export { evaluatePredictions, temperatureScaling } from './evaluation/evaluate-predictions.js';
export { wilson } from './evaluation/intervals.js';
export { type LabelledData, type MatchedOutputs, matchOutputs } from './evaluation/match-outputs.js';
export { type LabelledPredictions, predictedClasses } from './evaluation/predictions.js';
export * from './forecast/forecast-range.js';
export * from './forecast/training-time.js';
