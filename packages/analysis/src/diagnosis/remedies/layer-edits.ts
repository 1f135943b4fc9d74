/** Changes of a specification's layers. Layers keep their names, so that weights of the old job can be told apart. */
import type { ModelSpec, SpecLayer } from '../facts.js';

const RELUS = new Set(['relu', 'relu6', 'leaky_relu', 'elu', 'selu', 'gelu', 'silu', 'hard_swish']);

function mapLayers(spec: ModelSpec, change: (layer: SpecLayer, place: number) => SpecLayer): ModelSpec {
  return { ...spec, layers: spec.layers.map(change) };
}

const lastPlace = (spec: ModelSpec) => spec.layers.findLastIndex((layer) => 'units' in layer || 'filters' in layer);

export function activationOf({ activation }: SpecLayer): string | null {
  if (typeof activation === 'string') return activation;
  const isNamed = typeof activation === 'object' && activation !== null && 'type' in activation;
  return isNamed ? String(activation.type) : null;
}

/** The largest rate of its dropout layers; 0 where there are none. */
export function dropoutOf(spec: ModelSpec): number {
  return Math.max(0, ...dropouts(spec).map(({ rate }) => Number(rate)));
}

function dropouts({ layers }: ModelSpec): SpecLayer[] {
  return layers.filter(({ type }) => type === 'dropout' || type === 'spatial_dropout2d');
}

/** Drops half of what goes into the last layer, or more where some is dropped already. */
export function withDropout(spec: ModelSpec): ModelSpec {
  const [first] = dropouts(spec);
  if (first) {
    const stronger = (rate: unknown) => Math.min(0.8, Number(((1 + Number(rate)) / 2).toFixed(2)));
    return mapLayers(spec, (layer) => (layer === first ? { ...layer, rate: stronger(layer.rate) } : layer));
  }
  return beforeLast(spec, { type: 'dropout', name: freeName(spec, 'added_dropout'), rate: 0.5 });
}

/** Puts a layer in front of the last one that has weights. */
function beforeLast(spec: ModelSpec, added: SpecLayer): ModelSpec {
  const place = lastPlace(spec);
  const last = spec.layers[place];
  const layer = last.inputs ? { ...added, inputs: last.inputs } : added;
  const fed = last.inputs ? { ...last, inputs: [added.name] } : last;
  return { ...spec, layers: [...spec.layers.slice(0, place), layer, fed, ...spec.layers.slice(place + 1)] };
}

/** One more dense layer of ReLUs in front of the last one. */
export function deepened(spec: ModelSpec, units: number): ModelSpec {
  const name = freeName(spec, 'added_dense');
  return beforeLast(spec, { type: 'dense', name, units, activation: 'relu', kernel_initializer: 'he_normal' });
}

function freeName({ layers }: ModelSpec, wanted: string): string {
  const taken = new Set(layers.map(({ name }) => name));
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}

export function withL2(spec: ModelSpec): ModelSpec {
  return mapLayers(spec, (layer) =>
    'kernel_initializer' in layer ? { ...layer, kernel_regularizer: { type: 'l2', l2: 0.001 } } : layer,
  );
}

/** Without penalties, and with a quarter dropped where it was more. */
export function withoutRegularization(spec: ModelSpec): ModelSpec {
  return mapLayers(spec, (layer) => {
    const kept = Object.entries(layer).filter(([name]) => !name.endsWith('_regularizer'));
    const bare: SpecLayer = { type: layer.type, name: layer.name, ...Object.fromEntries(kept) };
    return dropouts(spec).includes(layer) ? { ...bare, rate: Math.min(0.25, Number(layer.rate)) } : bare;
  });
}

/** Multiplies filters and units, but for those of the output and of layers that must keep the sizes of others. */
export function widened(spec: ModelSpec, factor: number): ModelSpec {
  const last = lastPlace(spec);
  const scale = (size: unknown) => Math.min(65_536, Math.max(1, Math.round(Number(size) * factor)));
  return mapLayers(spec, (layer, place) => {
    if (place === last || layer.type === 'onnx_backbone') return layer;
    if (typeof layer.filters === 'number') return { ...layer, filters: scale(layer.filters) };
    return typeof layer.units === 'number' ? { ...layer, units: scale(layer.units) } : layer;
  });
}

/** Puts another function in the place of some, but for the output's. */
export function withActivation(spec: ModelSpec, from: ReadonlySet<string>, to: string): ModelSpec {
  const last = lastPlace(spec);
  return mapLayers(spec, (layer, place) => {
    if (place >= last && last >= 0) return layer;
    if (from.has(layer.type)) {
      const { name, inputs } = layer;
      return { type: 'activation', name, activation: to, ...(inputs ? { inputs } : {}) };
    }
    const activation = activationOf(layer);
    return activation !== null && from.has(activation) ? { ...layer, activation: to } : layer;
  });
}

/** He's initialiser (2015) in front of a ReLU or one of its kind, Glorot's (2010) elsewhere; biases of 0. */
export function withUsualInitializers(spec: ModelSpec): ModelSpec {
  const last = lastPlace(spec);
  return mapLayers(spec, (layer, place) => {
    const isHe = place !== last && RELUS.has(activationOf(layer) ?? '');
    const kernels = Object.keys(layer).filter((name) => /(kernel|pointwise|depthwise)_initializer$/.test(name));
    const changes = kernels.map((name) => [name, isHe ? 'he_normal' : 'glorot_uniform'] as const);
    return {
      ...layer,
      ...Object.fromEntries(changes),
      ...('bias_initializer' in layer ? { bias_initializer: 'zeros' } : {}),
    };
  });
}
