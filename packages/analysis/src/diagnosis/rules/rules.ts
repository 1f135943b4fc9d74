/** Every rule, by the verdict that it gives. */
import type { DiagnosisCode } from '@trainyard/contracts';
import type { Rule } from '../finding.js';
import { badInitialization } from './bad-initialization.js';
import { classImbalance } from './class-imbalance.js';
import { deadRelu } from './dead-relu.js';
import { divergence } from './divergence.js';
import { explodingGradients } from './exploding-gradients.js';
import { leakage } from './leakage.js';
import { learningRateTooHigh } from './learning-rate-too-high.js';
import { learningRateTooLow } from './learning-rate-too-low.js';
import { overfitting } from './overfitting.js';
import { saturatedActivations } from './saturated-activations.js';
import { stillImproving } from './still-improving.js';
import { tooLittleData } from './too-little-data.js';
import { underfitting } from './underfitting.js';
import { vanishingGradients } from './vanishing-gradients.js';

export const RULES: Readonly<Record<Exclude<DiagnosisCode, 'healthy'>, Rule>> = {
  overfitting,
  underfitting,
  still_improving: stillImproving,
  learning_rate_too_high: learningRateTooHigh,
  learning_rate_too_low: learningRateTooLow,
  divergence,
  dead_relu: deadRelu,
  saturated_activations: saturatedActivations,
  vanishing_gradients: vanishingGradients,
  exploding_gradients: explodingGradients,
  bad_initialization: badInitialization,
  class_imbalance: classImbalance,
  leakage,
  too_little_data: tooLittleData,
};

export const TITLES: Readonly<Record<DiagnosisCode, string>> = {
  healthy: 'Nothing is wrong that the figures tell',
  overfitting: 'The network learns the train split by heart',
  underfitting: 'The network does not learn even the train split',
  still_improving: 'The training ended too early',
  learning_rate_too_high: 'The learning rate is too high',
  learning_rate_too_low: 'The learning rate is too low',
  divergence: 'The training diverges',
  dead_relu: 'Most ReLUs are dead',
  saturated_activations: 'Activations are saturated',
  vanishing_gradients: 'Gradients vanish on their way to the first layers',
  exploding_gradients: 'Gradients explode',
  bad_initialization: 'The initial weights are of the wrong size',
  class_imbalance: 'A few classes have most of the images',
  leakage: 'Images are in more than one split',
  too_little_data: 'There is too little data',
};
