/**
 * What a phase of a trial trains: the model on images, or, where its trainer would, what follows a frozen backbone on features.
 * These are made up as well; what computing them takes is measured on a few images.
 */
import type { Device, ImageFit } from '@trainyard/contracts';
import { compileFeatures, type Model, type Preprocessing } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { hasFrozenFeatures } from '../frozen-features.js';
import { createSession, uint8Tensor } from '../session.js';
import type { CarriedTensor } from '../train-state.js';
import { partBehindBackbone, partCarries } from '../trained-part.js';
import type { TrainingData, TrainingSplit } from '../training-data.js';

/** Images that are run at once, as the trainer does. */
const BATCH = 16;
const BATCHES = 3;
const FEATURE = 0.5;

export interface TrialPart {
  model: Model;
  data: TrainingData;
  carried: readonly CarriedTensor[];
  /** Seconds until the features of all images are computed; 0 where they are, or where images are trained on. */
  features: number;
  isPart: boolean;
}

export async function openTrialPart(options: {
  model: Model;
  training: Parameters<typeof partBehindBackbone>[1];
  data: TrainingData;
  store: ObjectStore;
  dataset: { id: string; digest: string | null; fit: ImageFit };
  tensors: ReadonlyMap<string, Float32Array>;
  preprocessing: Preprocessing;
  plan: { device: Device; threads: number };
}): Promise<TrialPart> {
  const { model, training, data, dataset, tensors: parameters } = options;
  const part = partBehindBackbone(model, training);
  if (!part) return { model, data, carried: [], features: 0, isPart: false };
  const { train, validation, test } = data.splits;
  const image = { ...model.image, fit: dataset.fit };
  const isThere = await hasFrozenFeatures({ ...options, place: part.place, parameters, data: { image } });
  const images = isThere ? 0 : train.count + validation.count + test.count;
  return {
    model: part.model,
    data: { splits: { train: featuresOf(train), validation: featuresOf(validation), test: featuresOf(test) } },
    carried: partCarries(model, part.place),
    features: images === 0 ? 0 : images * (await featureTime(part.place, options)),
    isPart: true,
  };
}

/** The labels of a split with made-up features: any bytes would be no numbers. */
function featuresOf({ count, labels }: TrainingSplit): TrainingSplit {
  return {
    count,
    labels,
    readImages(_, out) {
      new Float32Array(out.buffer, out.byteOffset, out.byteLength / Float32Array.BYTES_PER_ELEMENT).fill(FEATURE);
    },
  };
}

/** Seconds of one image; the first batch makes room in memory. */
async function featureTime(
  place: number,
  { model, tensors, preprocessing, plan }: Parameters<typeof openTrialPart>[0],
): Promise<number> {
  const graph = compileFeatures(model, place, { parameters: tensors, preprocessing });
  const session = await createSession(graph.onnx, plan);
  try {
    const [, ...sides] = graph.images.shape;
    const pixels = new Uint8Array(BATCH * sides.reduce((product, side) => product * side, 1));
    const run = () => session.run({ [graph.images.name]: uint8Tensor(pixels, [BATCH, ...sides]) });
    await run();
    const begun = performance.now();
    for (let i = 0; i < BATCHES; i++) await run();
    return (performance.now() - begun) / 1000 / BATCHES / BATCH;
  } finally {
    await session.release();
  }
}
