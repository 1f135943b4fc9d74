/** Sessions that tell where in an image a trained model sees a class, by Grad-CAM; one for each layer that is looked at. */
import type { Device } from '@trainyard/contracts';
import { buildTrained, compileGradCam, type GradCamGraph, scoreWeights, type TrainedWeights } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readCheckpoint } from '../checkpoint-file.js';
import { createSession, float32Tensor, type Session, uint8Tensor } from '../session.js';
import type { TrainedCheckpoint } from './checkpoint-predictor.js';

/** Each holds the weights once more. */
const LAYERS_MAX = 4;

/** Where a class is seen. */
export interface Heat {
  /** Name of the layer whose maps it is made of. */
  readonly layer: string;
  readonly rows: number;
  readonly columns: number;
  /** float32 [rows, columns] from 0 to 1, the largest 1; all 0 where nothing speaks for the class. */
  readonly values: Float32Array;
}

interface OpenLayer {
  readonly graph: GradCamGraph;
  readonly session: Session;
}

export class Explainer {
  readonly #store: ObjectStore;
  readonly #trained: TrainedCheckpoint;
  readonly #options: { readonly device: Device; readonly threads: number };
  /** By the name that was asked for; the one that was used last comes last. */
  readonly #layers = new Map<string | undefined, OpenLayer>();
  #network: Promise<TrainedWeights> | undefined;
  /** The end of what was asked for so far: sessions come and go, so one request is worked on at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** Reads nothing yet: most models are never asked to explain themselves. */
  constructor(store: ObjectStore, trained: TrainedCheckpoint, options: { device: Device; threads: number }) {
    this.#store = store;
    this.#trained = trained;
    this.#options = options;
  }

  /**
   * @param pixels uint8 [height, width, channels] in the model's size
   * @param output a class, a label or a target, counted from 0
   * @param layer see `compileGradCam`
   * @throws TrainyardError `checkpoint_corrupt`, `out_of_memory`, and `invalid_request` for a layer that has no maps
   */
  explain(pixels: Uint8Array, { output, layer }: { output: number; layer?: string | undefined }): Promise<Heat> {
    const answer = this.#last.then(() => this.#explain(pixels, output, layer));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async release(): Promise<void> {
    await this.#last;
    for (const { session } of this.#layers.values()) await session.release();
    this.#layers.clear();
  }

  async #explain(pixels: Uint8Array, output: number, layer: string | undefined): Promise<Heat> {
    const { model } = await this.#open();
    const { graph, session } = await this.#layer(layer);
    const results = await session.run({
      [graph.image.name]: uint8Tensor(pixels, graph.image.shape),
      [graph.score.name]: float32Tensor(scoreWeights(model.head, output), graph.score.shape),
    });
    const { data } = results[graph.heat.name];
    if (!(data instanceof Float32Array)) throw new TypeError(`Output ${graph.heat.name}: expected float32.`);
    const [, rows, columns] = graph.heat.shape;
    return { layer: graph.layer, rows, columns, values: normalized(data) };
  }

  #open(): Promise<TrainedWeights> {
    this.#network ??= this.#read().catch((error: unknown) => {
      this.#network = undefined;
      throw error;
    });
    return this.#network;
  }

  async #read(): Promise<TrainedWeights> {
    const { storageKey, digest } = this.#trained;
    const { tensors } = await readCheckpoint(this.#store, { key: storageKey, digest });
    return buildTrained(this.#trained, tensors);
  }

  async #layer(name: string | undefined): Promise<OpenLayer> {
    const opened = this.#layers.get(name) ?? (await this.#openLayer(name));
    this.#layers.delete(name);
    this.#layers.set(name, opened);
    return opened;
  }

  async #openLayer(name: string | undefined): Promise<OpenLayer> {
    const { model, parameters, preprocessing } = await this.#open();
    const graph = compileGradCam(model, { parameters, preprocessing, ...(name === undefined ? {} : { layer: name }) });
    const [oldest] = this.#layers;
    if (oldest && this.#layers.size >= LAYERS_MAX) {
      this.#layers.delete(oldest[0]);
      await oldest[1].session.release();
    }
    return { graph, session: await createSession(graph.onnx, this.#options) };
  }
}

/** Divided by the largest value, as is usual where heat is shown; what is not finite counts as none. */
function normalized(heat: Float32Array): Float32Array {
  const peak = heat.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  return heat.map((value) => (peak > 0 && Number.isFinite(value) ? value / peak : 0));
}
