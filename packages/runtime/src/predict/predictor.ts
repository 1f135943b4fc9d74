/** A session of a compiled predictor: batches of any size in, a row of probabilities or values for each image out. */
import type { Device, ImageFit, ImageSize } from '@trainyard/contracts';
import type { PredictorGraph, Task, TrainedPredictor } from '@trainyard/engine';
import { createSession, type Session, uint8Tensor } from '../session.js';

/** Images of one run; more are run one after another, so that memory has a bound. */
const IMAGES_PER_RUN = 32;

export class Predictor {
  readonly image: ImageSize & { fit: ImageFit };
  readonly labels: readonly string[];
  readonly task: Task;
  readonly #graph: PredictorGraph;
  readonly #session: Session;

  private constructor({ graph, image, labels, task }: TrainedPredictor, session: Session) {
    this.image = image;
    this.labels = labels;
    this.task = task;
    this.#graph = graph;
    this.#session = session;
  }

  /** Throws `out_of_memory`. */
  static async open(compiled: TrainedPredictor, options: { device: Device; threads: number }): Promise<Predictor> {
    return new Predictor(compiled, await createSession(compiled.graph.onnx, options));
  }

  /** Bytes of one image. */
  get imageBytes(): number {
    const { width, height, channels } = this.image;
    return width * height * channels;
  }

  /**
   * `images` holds `count` images of [height, width, channels] pixels one after another; the answer holds as many rows
   * of probabilities, or of the values of a regression, in the order of the labels. Throws `out_of_memory`.
   */
  async predict(images: Uint8Array, count: number): Promise<Float32Array> {
    if (images.length !== count * this.imageBytes) {
      throw new RangeError(`${count} images have ${count * this.imageBytes} bytes. Received: ${images.length}`);
    }
    const outputs = new Float32Array(count * this.labels.length);
    for (let first = 0; first < count; first += IMAGES_PER_RUN) {
      const rows = Math.min(IMAGES_PER_RUN, count - first);
      const pixels = images.subarray(first * this.imageBytes, (first + rows) * this.imageBytes);
      outputs.set(await this.#run(pixels, rows), first * this.labels.length);
    }
    return outputs;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  async #run(pixels: Uint8Array, rows: number): Promise<Float32Array> {
    const { image: input, output } = this.#graph;
    const { width, height, channels } = this.image;
    const tensor = uint8Tensor(pixels, [rows, height, width, channels]);
    const { data } = (await this.#session.run({ [input.name]: tensor }, [output]))[output];
    if (data instanceof Float32Array) return data;
    throw new TypeError(`Output ${output}: expected float32.`);
  }
}
