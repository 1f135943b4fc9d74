/**
 * Where each rule begins to speak. They were set on MNIST and frozen. `stillImproving` was set again after the first trial on
 * Fashion-MNIST, and `learnedWell` after the second, each before one with other seeds (docs/diagnosis.md).
 */
export const THRESHOLDS = {
  /** Verdicts below it are not given. */
  confidence: 0.5,
  /** Epochs from which on curves are judged. */
  epochs: 3,
  /** The part of the loss of guessing that is gone; below it a network has not learned. */
  learned: 0.45,
  /** Above it a network learns, whatever its gradients and steps look like. */
  learnedWell: 0.75,
  overfitting: { lossRatio: 2.5, accuracyGap: 0.04, rise: 0.2, riseRatio: 1.5 },
  tooLittleData: { imagesPerClass: 50, images: 200, lossRatio: 1.5, accuracyGap: 0.1 },
  /** Penalties on weights, over the loss of the data. */
  penaltyShare: 1,
  dropout: 0.7,
  stillImproving: { fallPerEpoch: 0.03, trainFallPerEpoch: 0.05, alike: 1.25, rateLeft: 0.1 },
  /** Largest ‖Δw‖/‖w‖ of a step over all kernels and looks. Karpathy's rule of thumb for a good one is 1e-3. */
  updateTooSmall: 2e-4,
  /** Median ‖Δw‖/‖w‖ of a step. */
  updateTooLarge: 0.05,
  /** How many times as large as at the start kernels are after the first epoch. */
  weightGrowth: 3,
  /** Part of the epochs, and how many there must be, in which the validation loss jumps by more than a quarter. */
  jumps: { share: 0.3, epochs: 6 },
  divergence: { overBest: 1.5 },
  deadShare: { anyLayer: 0.9, mean: 0.6 },
  saturatedShare: 0.5,
  /** Of the gradients of kernels per element, from the layer with the smallest to the last one. */
  vanishing: { ratio: 1e-3, layers: 4 },
  /** Norm of all gradients. */
  exploding: 100,
  /** std · √fan_in of a kernel: about 1 with Glorot's initialiser, 1.4 with He's. */
  gain: { least: 0.05, most: 3 },
  imbalance: { ratio: 10, majority: 0.7, recallGap: 0.1, certainRatio: 20 },
  leakage: 0.02,
} as const;
