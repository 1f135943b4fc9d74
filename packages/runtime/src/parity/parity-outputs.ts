/** What three ways of running one trained model answer on the same images: row by row the outputs, float32 [count, width]. */
import type { TrainedModelTask } from '@trainyard/contracts';
import type { TrainedPredictor } from '@trainyard/engine';
import { predictSplit } from '../analyses/predict-split.js';
import { openEvaluator, type TrainedNetwork } from '../analyses/trained-model.js';
import { Predictor } from '../predict/predictor.js';
import { createSession, uint8Tensor } from '../session.js';
import type { TrainingSplit } from '../training-data.js';
import type { ParityImages } from './parity-images.js';

export interface ParityRun {
  threads: number;
  signal: AbortSignal;
}

/** The file as whoever downloads it would begin: one image after another, in a session of its own. */
export async function fileOutputs(
  onnx: Uint8Array,
  { graph, image, labels }: TrainedPredictor,
  { about, interleaved }: ParityImages,
  { threads, signal }: ParityRun,
): Promise<Float32Array> {
  const session = await createSession(onnx, { device: 'cpu', threads });
  const size = image.width * image.height * image.channels;
  const outputs = new Float32Array(about.count * labels.length);
  try {
    for (let row = 0; row < about.count; row++) {
      signal.throwIfAborted();
      const pixels = interleaved.subarray(row * size, (row + 1) * size);
      const tensor = uint8Tensor(pixels, [1, image.height, image.width, image.channels]);
      const { data } = (await session.run({ [graph.image.name]: tensor }, [graph.output]))[graph.output];
      outputs.set(data, row * labels.length);
    }
  } finally {
    await session.release();
  }
  return outputs;
}

/** What endpoints answer: their own predictor, which runs many images at once. */
export async function servedOutputs(
  compiled: TrainedPredictor,
  { about, interleaved }: ParityImages,
  { threads }: Pick<ParityRun, 'threads'>,
): Promise<Float32Array> {
  const predictor = await Predictor.open(compiled, { device: 'cpu', threads });
  try {
    return await predictor.predict(interleaved, about.count);
  } finally {
    await predictor.release();
  }
}

/**
 * What the graph that scores a model while it trains answers. It is compiled by another way: weights are inputs, pixels
 * come plane by plane and batches have one size, so that neither folded constants nor the layout can be wrong unseen.
 */
export async function trainingOutputs(
  network: TrainedNetwork,
  task: Pick<TrainedModelTask, 'training'>,
  images: ParityImages,
  { threads, signal }: ParityRun,
): Promise<Float32Array> {
  const evaluator = await openEvaluator(network, task, { device: 'cpu', threads });
  const measured = { metrics: [], context: network.context };
  try {
    const split = unlabelled(images, network.model.head);
    return (await predictSplit(evaluator, network.tensors, split, measured, { signal })).predictions;
  } finally {
    await evaluator.release();
  }
}

/** The graph wants labels for its losses, which nobody looks at here. */
function unlabelled({ about, planar }: ParityImages, head: { task: string; units: number }): TrainingSplit {
  const { count } = about;
  const size = planar.length / count;
  const hasClasses = head.task === 'multiclass' || head.task === 'binary';
  return {
    count,
    labels: hasClasses ? new Int32Array(count) : new Float32Array(count * head.units),
    readImages(indices, out) {
      for (let place = 0; place < indices.length; place++) {
        out.set(planar.subarray(indices[place] * size, (indices[place] + 1) * size), place * size);
      }
    },
  };
}
