/** A session of a compiled predictor: batches of any size in, a row of probabilities or values for each image out. */
import type { Device, ImageFit, ImageSize } from '@trainyard/contracts';
import { IMAGES_PER_RUN_MAX, type PredictorGraph, type Task, type TrainedPredictor } from '@trainyard/engine';
import { createSession, type Session, uint8Tensor } from '../session.js';

/** Images that are worth gathering for one call, at most. */
export const IMAGES_PER_RUN = IMAGES_PER_RUN_MAX;

export class Predictor {
  readonly image: ImageSize & { fit: ImageFit };
  readonly labels: readonly string[];
  readonly task: Task;
  readonly #graph: PredictorGraph;
  readonly #session: Session;
  /** Images of one run on this device; more are run one after another, so that they stay in the caches and memory has a bound. */
  readonly #perRun: number;
  #fewest = 1;
  #most: number;

  private constructor(
    { graph, image, labels, task }: TrainedPredictor,
    { session, perRun }: { session: Session; perRun: number },
  ) {
    this.image = image;
    this.labels = labels;
    this.task = task;
    this.#graph = graph;
    this.#session = session;
    this.#perRun = perRun;
    this.#most = perRun;
  }

  /** Throws `out_of_memory`. */
  static async open(compiled: TrainedPredictor, options: { device: Device; threads: number }): Promise<Predictor> {
    // The server that asks runs on the same processors, and takes its turn while the model has nothing to do.
    const session = await createSession(compiled.graph.onnx, { ...options, spinsBetweenRuns: false });
    const perRun = options.device === 'cpu' ? compiled.graph.imagesPerRun : IMAGES_PER_RUN;
    return new Predictor(compiled, { session, perRun });
  }

  /** Bytes of one image. */
  get imageBytes(): number {
    const { width, height, channels } = this.image;
    return width * height * channels;
  }

  /**
   * From now on a run has at least `fewest` rows (those that are added are black, and their answers are dropped), and at
   * most `most` images.
   */
  limitRuns({ fewest, most }: { fewest: number; most: number }): void {
    this.#fewest = fewest;
    this.#most = Math.min(most, this.#perRun);
  }

  /**
   * `images` holds `count` images of [height, width, channels] pixels one after another; the answer holds as many rows
   * of probabilities, or of the values of a regression, in the order of the labels. Throws `out_of_memory`.
   */
  async predict(images: Uint8Array, count: number): Promise<Float32Array> {
    if (images.length !== count * this.imageBytes) {
      throw new RangeError(`${count} images have ${count * this.imageBytes} bytes. Received: ${images.length}`);
    }
    if (count <= this.#most) return this.#run(images, count);
    const outputs = new Float32Array(count * this.labels.length);
    for (let first = 0; first < count; first += this.#most) {
      const rows = Math.min(this.#most, count - first);
      const pixels = images.subarray(first * this.imageBytes, (first + rows) * this.imageBytes);
      outputs.set(await this.#run(pixels, rows), first * this.labels.length);
    }
    return outputs;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  async #run(pixels: Uint8Array, images: number): Promise<Float32Array> {
    const { image: input, output } = this.#graph;
    const { width, height, channels } = this.image;
    const rows = Math.max(images, this.#fewest);
    const tensor = uint8Tensor(this.#filled(pixels, rows), [rows, height, width, channels]);
    const { data } = (await this.#session.run({ [input.name]: tensor }, [output]))[output];
    if (data instanceof Float32Array) return data.subarray(0, images * this.labels.length);
    throw new TypeError(`Output ${output}: expected float32.`);
  }

  #filled(pixels: Uint8Array, rows: number): Uint8Array {
    if (pixels.length === rows * this.imageBytes) return pixels;
    const filled = new Uint8Array(rows * this.imageBytes);
    filled.set(pixels);
    return filled;
  }
}
