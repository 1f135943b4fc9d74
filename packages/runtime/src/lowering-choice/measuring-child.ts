/**
 * The process in which steps are measured: its memory is not the training's, and where the layout that is internal to
 * onnxruntime brings it down, the training does not notice more than that.
 */
import process from 'node:process';
import { keepLargeBlocksMapped } from '../malloc.js';
import { type MeasuredStep, measureStep } from './measured-steps.js';

export interface MeasuringOrder {
  readonly steps: readonly MeasuredStep[];
  readonly threads: number;
}

/** Milliseconds of each step, or why they could not be had. */
export type MeasuringReport = { readonly ms: readonly number[] } | { readonly error: string };

async function measured({ steps, threads }: MeasuringOrder): Promise<MeasuringReport> {
  try {
    const ms = [];
    for (const step of steps) ms.push(await measureStep(step, threads));
    return { ms };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

keepLargeBlocksMapped();
process.once('disconnect', () => process.exit(0));
process.once('message', (order: MeasuringOrder) => {
  void measured(order).then((report) => process.send?.(report, () => process.disconnect()));
});
