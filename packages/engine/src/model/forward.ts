/** Adds a model's layers to a graph. */
import { type Activation, applyActivation, isIncreasing } from '../activations/activation.js';
import type { Node, Value } from '../graph/graph.js';
import type { ForwardContext, PixelExtent } from '../layers/layer.js';
import { type BuiltLayer, IMAGE, type Model } from './model.js';
import { parameterName } from './parameters.js';
import type { UsedPixels } from './used-pixels.js';

/** What layers that behave otherwise while training need. */
export interface TrainingInputs extends Pick<ForwardContext, 'dropoutMask' | 'noise'> {
  /** float32 [N]: 1 for a row that counts, 0 for one that fills up the batch. */
  readonly rowWeights: Value;
  /** Takes the next value of a running statistic, by the parameter's name. */
  setStatistic(parameter: string, value: Value): void;
}

export interface ForwardOptions {
  /** Weights by name. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Left out outside training. */
  readonly training?: TrainingInputs;
  /**
   * Which activations stay where their layer stands. `all`: everything behind a layer depends on what `layerOutput` gives.
   * `fused`: the ReLU, which onnxruntime computes within the convolution in front, so that behind a pool it costs a pass more.
   */
  readonly activationsInPlace?: 'all' | 'fused';
  /** What layers are to give of their outputs, where that is not all; the images are then cut to it already. */
  readonly used?: UsedPixels;
}

export interface ForwardResult {
  /** What goes into the last activation: [N, units]. */
  readonly logits: Value;
  /** What comes out of it. */
  readonly outputs: Value;
  /** What the layer at a place in `Model.layers` gives, its activation applied: [N, C, H, W] or [N, units]. */
  layerOutput(place: number): Value;
  /** The nodes that a layer added to the graph, without its activation. */
  layerNodes(place: number): readonly Node[];
}

/** What a layer gave, its activation not yet applied. */
interface Pending {
  readonly value: Value;
  readonly activation: Activation | undefined;
}

/**
 * Runs every layer. An increasing activation in front of a layer that only picks values (a max pool) comes after it
 * instead, unless other layers need it as well: the result and the gradients are the same, on fewer values.
 *
 * @param images normalised float32 [N, C, H, W]
 */
export function forward(model: Model, images: Value, options: ForwardOptions): ForwardResult {
  const layers = new LayerRun(model, images, options);
  const last = model.layers.length - 1;
  return {
    logits: layers.pending(last).value,
    outputs: layers.output(last),
    layerOutput: (place) => layers.output(place),
    layerNodes: (place) => layers.nodes(place),
  };
}

class LayerRun {
  readonly #images: Value;
  readonly #options: ForwardOptions;
  readonly #pending: Pending[] = [];
  readonly #nodes: (readonly Node[])[] = [];
  readonly #outputs = new Map<number, Value>();
  /** How many layers each layer feeds. */
  readonly #uses: readonly number[];

  constructor(model: Model, images: Value, options: ForwardOptions) {
    this.#images = images;
    this.#options = options;
    const sources = model.layers.flatMap((layer) => layer.sources);
    this.#uses = model.layers.map((_, place) => sources.filter((source) => source === place).length);
    for (const layer of model.layers) this.#pending.push(this.#apply(layer));
  }

  pending(place: number): Pending {
    return this.#pending[place];
  }

  nodes(place: number): readonly Node[] {
    return this.#nodes[place];
  }

  output(place: number): Value {
    if (place === IMAGE) return this.#images;
    let output = this.#outputs.get(place);
    if (!output) {
      const { value, activation } = this.#pending[place];
      output = activation ? applyActivation(activation, value) : value;
      this.#outputs.set(place, output);
    }
    return output;
  }

  #apply(layer: BuiltLayer): Pending {
    const { definition, spec, sources } = layer;
    const wanted = this.#wanted(layer, this.#pending.length);
    const context = contextOf(layer, { ...this.#options, wanted });
    const waiting = this.#waiting(layer);
    const inputs = waiting ? [waiting.value] : sources.map((source) => this.output(source));
    const { graph } = this.#images;
    const before = graph.nodes.length;
    const value = definition.forward(spec, inputs, context);
    this.#nodes.push(graph.nodes.slice(before));
    return { value, activation: definition.activation?.(spec) ?? waiting?.activation };
  }

  /** Where neither the layer nor its source is cut, null. */
  #wanted({ sources: [source], plan: { output } }: BuiltLayer, place: number): PixelExtent | null {
    const { used } = this.#options;
    if (!used || !(used.has(place) || used.has(source)) || output.kind !== 'image') return null;
    return used.get(place) ?? output;
  }

  /** The layer's input with an activation that may come after the layer. */
  #waiting({ definition, sources: [source] }: BuiltLayer): Pending | undefined {
    const { activationsInPlace } = this.#options;
    if (activationsInPlace === 'all') return undefined;
    if (!definition.picksValues || source === IMAGE || this.#uses[source] > 1) return undefined;
    const pending = this.#pending[source];
    if (activationsInPlace === 'fused' && pending.activation?.type === 'relu') return undefined;
    return pending.activation && isIncreasing(pending.activation) ? pending : undefined;
  }
}

function contextOf(
  { spec, inputs, plan }: BuiltLayer,
  { parameters, training, wanted }: Pick<ForwardOptions, 'parameters' | 'training'> & Pick<ForwardContext, 'wanted'>,
): ForwardContext {
  const whileTraining = (): TrainingInputs => {
    if (!training) throw new Error(`the layer ${spec.name} asked outside training for what only training has`);
    return training;
  };
  const nameOf = (name: string) => parameterName({ layer: spec.name, name });
  return {
    training: training !== undefined,
    frozen: spec.trainable === false,
    inputs,
    plan,
    wanted,
    rowWeights: training?.rowWeights ?? null,
    parameter(name) {
      const value = parameters.get(nameOf(name));
      if (!value) throw new Error(`the layer ${spec.name} has no weight ${name}`);
      return value;
    },
    setStatistic: (name, value) => whileTraining().setStatistic(nameOf(name), value),
    dropoutMask: (x, rate, shape) => whileTraining().dropoutMask(x, rate, shape),
    noise: (x) => whileTraining().noise(x),
  };
}
