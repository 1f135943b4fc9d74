/** Residual blocks of two 3×3 convolutions (He et al., 2015), in stages that halve the image. */
import type { PresetLayer } from './preset.js';

export interface ResidualOptions {
  /** Filters of each stage. Every stage but the first starts with stride 2. */
  readonly filters: readonly number[];
  readonly blocksPerStage: number;
  /** Arguments of every convolution. */
  readonly convolution: Readonly<Record<string, unknown>>;
  /** Whether the 1×1 convolution of a shortcut has a batch norm behind it. */
  readonly normalizeShortcut: boolean;
}

/** The stem, then the stages. */
export function residualStages(options: ResidualOptions): PresetLayer[] {
  const layers = convolution('stem', options.filters[0], 1, options);
  layers.push(relu('stem_relu'));
  options.filters.forEach((filters, s) => {
    for (let b = 0; b < options.blocksPerStage; b++) {
      const input = layers[layers.length - 1].name;
      layers.push(...residualBlock(`stage${s + 1}_block${b + 1}`, input, filters, s > 0 && b === 0, options));
    }
  });
  return layers;
}

/** relu(F(x) + x); where the shape changes, x goes through a 1×1 convolution (option B of the paper). */
function residualBlock(
  block: string,
  input: string,
  filters: number,
  shrinks: boolean,
  options: ResidualOptions,
): PresetLayer[] {
  const layers = [
    ...convolution(`${block}_conv1`, filters, shrinks ? 2 : 1, options),
    relu(`${block}_relu1`),
    ...convolution(`${block}_conv2`, filters, 1, options),
  ];
  const residual = layers[layers.length - 1].name;
  const projection = shrinks ? shortcut(`${block}_shortcut`, filters, input, options) : [];
  const other = projection.length > 0 ? projection[projection.length - 1].name : input;
  return [
    ...layers,
    ...projection,
    { type: 'add', name: `${block}_add`, inputs: [residual, other] },
    relu(`${block}_relu2`),
  ];
}

function convolution(name: string, filters: number, strides: number, options: ResidualOptions): PresetLayer[] {
  const window = { kernel_size: 3, strides, padding: 'same' };
  return [
    { type: 'conv2d', name, filters, ...window, ...options.convolution },
    { type: 'batch_normalization', name: `${name}_norm` },
  ];
}

function shortcut(name: string, filters: number, input: string, options: ResidualOptions): PresetLayer[] {
  const window = { kernel_size: 1, strides: 2, padding: 'same' };
  const layers = [{ type: 'conv2d', name, inputs: [input], filters, ...window, ...options.convolution }];
  return options.normalizeShortcut ? [...layers, { type: 'batch_normalization', name: `${name}_norm` }] : layers;
}

function relu(name: string): PresetLayer {
  return { type: 'activation', name, activation: 'relu' };
}
