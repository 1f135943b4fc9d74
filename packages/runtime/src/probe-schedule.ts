/**
 * How many images the probe looks at and after which epochs, so that it costs less than a hundredth of the training where
 * that lasts long enough. Both are functions of counts alone, never of the clock: a training that goes on after an
 * interruption looks at the same images after the same epochs.
 */
import { type Model, probedValues } from '@trainyard/engine';

/** A step is the forward pass and the two products of the backward pass. */
const STEP_PASSES = 3;
/** Rough speeds, in FLOP/s: of a look, in the portable lowering, and of a training step on two cores. */
const LOOK_FLOPS = 2e10;
const STEP_FLOPS = 1e11;
/** Host time for one value that is counted. */
const SECONDS_PER_VALUE = 1.5e-8;
/** Feeding the weights, one run of the session and one row for the database. */
const SECONDS_PER_LOOK = 0.004;

/** Part of the training's time that looks may take. */
const PART = 0.01;

/** The fewer images, the more units seem dead that are only rarely needed. */
const IMAGES_MAX = 64;
const IMAGES_MIN = 8;
/** Values of all layers together that are looked at, if that leaves enough images; and what is too much for memory. */
const VALUES = 2 ** 22;
const VALUES_MAX = 2 ** 24;
const WEIGHTS_MAX = 2 ** 25;
/** More rows than this tell no more. */
const LOOKS_MAX = 100;

export interface ProbeSchedule {
  readonly images: number;
  /** Whether to look when so many epochs are done. */
  isDue(epoch: number): boolean;
}

/** Null where the model is too large for a look to be cheap, or there are no images. */
export function probeSchedule(
  model: Model,
  options: { readonly trainImages: number; readonly epochs: number },
): ProbeSchedule | null {
  const { trainImages, epochs } = options;
  const imageFlops = STEP_PASSES * model.layers.reduce((sum, { plan }) => sum + plan.flops, 0);
  const weights = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const each = probedValues(model);
  const images = Math.min(IMAGES_MAX, trainImages, Math.max(IMAGES_MIN, Math.floor(VALUES / Math.max(1, each))));
  if (images < 1 || images * each > VALUES_MAX || weights > WEIGHTS_MAX) return null;
  const values = images * each + 3 * weights;
  const look = SECONDS_PER_LOOK + values * SECONDS_PER_VALUE + (images * imageFlops) / LOOK_FLOPS;
  const epoch = (trainImages * imageFlops) / STEP_FLOPS;
  const every = Math.max(1, Math.ceil(epochs / LOOKS_MAX), Math.ceil(look / (PART * epoch)));
  // A training that is too short for two looks has two all the same: without them nothing could be said of it.
  return { images, isDue: (done) => done % every === 0 || done === 1 || done === epochs };
}
