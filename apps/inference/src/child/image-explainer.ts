/** Explains single images: decodes one, asks the model what it is, and Grad-CAM why. */
import {
  type ExplainedImage,
  type ExplainRequest,
  type ModelDescription,
  type ModelTask,
  TrainyardError,
} from '@trainyard/contracts';
import { readImageHead } from '@trainyard/datasets';
import { Explainer } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { drawHeat } from './heat-picture.js';
import { type Instance, instancesOf } from './instances.js';
import { checkpointOf, type LoadedModel } from './loaded-model.js';
import { seenRegion } from './seen-region.js';

export class ImageExplainer {
  readonly #model: LoadedModel;
  readonly #explainer: Explainer;
  #last: Promise<unknown> = Promise.resolve();

  /** @param task that the model was loaded by */
  constructor(model: LoadedModel, task: ModelTask) {
    const store = openObjectStore({ root: task.objects_dir });
    this.#model = model;
    this.#explainer = new Explainer(store, checkpointOf(task), { device: 'cpu', threads: task.threads });
  }

  /**
   * One after another, so that memory has a bound. Throws `invalid_request` for more than one image and for a layer without
   * maps, `invalid_image`, and what `instancesOf` throws.
   */
  explain(request: ExplainRequest): Promise<ExplainedImage> {
    const answer = this.#last.then(() => this.#explain(request));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #explain({ input, output, layer, picture }: ExplainRequest): Promise<ExplainedImage> {
    const startedAt = performance.now();
    const file = onlyInstance(instancesOf(input)).file();
    const images = await this.#model.decode({ kind: 'image', parts: [file] });
    const { width, height } = await readImageHead(file);
    const decodedAt = performance.now();
    const row = await this.#model.compute(images);
    const explained = output ?? largest(row);
    const heat = await this.#explainer.explain(images.pixels, { output: explained, layer: layer ?? undefined });
    const { description } = this.#model;
    const region = seenRegion({ width, height }, description.image);
    const seen = { file, image: { width, height }, region, heat };
    const title = picture && titleOf(description, picture.labels[explained], row[explained]);
    const drawn = title === null ? null : await drawHeat({ ...seen, title });
    return {
      output: explained,
      value: row[explained],
      layer: heat.layer,
      rows: heat.rows,
      columns: heat.columns,
      heat: heat.values,
      image: { width, height },
      region,
      picture: drawn,
      preprocess_ms: decodedAt - startedAt,
      compute_ms: performance.now() - decodedAt,
    };
  }
}

function onlyInstance(instances: readonly Instance[]): Instance {
  const [instance, ...others] = instances;
  if (others.length === 0) return instance;
  const detail = `Expected one image to explain; received ${instances.length}. Send each in a request of its own.`;
  throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: others[0].pointer, detail }] });
}

function largest(row: Float32Array): number {
  return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
}

function titleOf({ output }: Pick<ModelDescription, 'output'>, label: string, value: number): string {
  if (output === 'values') return `${label}: ${Number(value.toPrecision(4))}`;
  return `${label}: ${(100 * value).toFixed(1)} %`;
}
