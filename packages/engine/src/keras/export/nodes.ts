/** A built model as the list of Keras layers that it becomes, each with what feeds it. */
import { kerasShape } from '../../layers/layer.js';
import { IMAGE, type Model } from '../../model/model.js';
import { pointerOf } from '../../spec/places.js';
import { MODEL_INPUT } from '../../spec/schema.js';
import type { JsonRecord } from '../json.js';
import type { KerasVersion } from './keras-version.js';
import { exportLayer } from './layer-config.js';

/** The batch first, as null. */
export type KerasShape = readonly (number | null)[];

export interface KerasNode {
  readonly name: string;
  readonly className: string;
  readonly config: JsonRecord;
  /** Names of nodes, or "input". */
  readonly inputs: readonly string[];
  readonly merges: boolean;
  readonly output: KerasShape;
}

export function nodesOf(model: Model, version: KerasVersion): KerasNode[] {
  const nodes: KerasNode[] = [];
  const names = new NodeNames(model.layers.map(({ spec }) => spec.name));
  const outputs = new Map<number, string>([[IMAGE, MODEL_INPUT]]);
  for (const [place, built] of model.layers.entries()) {
    const { spec, definition, sources, plan } = built;
    const { className, config, steps } = exportLayer(built, version, pointerOf(spec, place));
    const output = kerasShape(plan.output);
    const merges = definition.inputs === 'several';
    const inputs = sources.map((source) => outputs.get(source) ?? MODEL_INPUT);
    const name = names.of(spec.name);
    nodes.push({ name, className, config, inputs, merges, output });
    let last = name;
    for (const step of steps) {
      const own = names.make(`${name}_${step.className.toLowerCase()}`);
      const fed = step.joins ? [name, last] : [last];
      nodes.push({
        name: own,
        className: step.className,
        config: step.config,
        inputs: fed,
        merges: fed.length > 1,
        output,
      });
      last = own;
    }
    outputs.set(place, last);
  }
  return nodes;
}

/** Names that Keras takes: it begins scopes of TensorFlow with them. */
class NodeNames {
  readonly #used: Set<string>;

  constructor(names: readonly string[]) {
    this.#used = new Set([MODEL_INPUT, ...names]);
  }

  of(name: string): string {
    return /^[A-Za-z0-9]/.test(name) ? name : this.make(`layer${name}`);
  }

  make(base: string): string {
    let name = base;
    for (let i = 1; this.#used.has(name); i++) name = `${base}_${i}`;
    this.#used.add(name);
    return name;
  }
}
