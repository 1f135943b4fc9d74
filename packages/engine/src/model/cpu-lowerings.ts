/** What the training steps of a model may be lowered to on a CPU, where it is not known yet which machine trains it. */
import type { Model } from './model.js';

/** Of AVX-512. Blocks of 8, those of AVX2, are filled up less and so take less memory. */
const LANES = 16;
/** [out channels, in channels, height, width]. */
const KERNEL_AXES = 4;

/** For `summarizeModel`: null is the portable lowering, which is the only one of a model without convolutions. */
export function cpuLowerings({ parameters }: Model): readonly (number | null)[] {
  return parameters.some(({ shape }) => shape.length === KERNEL_AXES) ? [null, LANES] : [null];
}
