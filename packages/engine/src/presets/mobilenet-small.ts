/** A small MobileNet (Howard et al., 2017): depthwise 3×3 and pointwise 1×1 convolutions in turn, each with batch norm. */
import { classifier, type Preset, type PresetLayer } from './preset.js';

/** Filters of the pointwise convolution and stride of the depthwise one, for each block. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
];

function normalized(layer: PresetLayer): PresetLayer[] {
  return [
    { ...layer, use_bias: false },
    { type: 'batch_normalization', name: `${layer.name}_norm` },
    { type: 'activation', name: `${layer.name}_relu`, activation: 'relu' },
  ];
}

function block([filters, strides]: readonly number[], b: number): PresetLayer[] {
  const place = `block${b + 1}`;
  return [
    ...normalized({ type: 'depthwise_conv2d', name: `${place}_depthwise`, kernel_size: 3, strides, padding: 'same' }),
    ...normalized({ type: 'conv2d', name: `${place}_pointwise`, filters, kernel_size: 1, padding: 'same' }),
  ];
}

export const mobilenetSmall: Preset = {
  id: 'mobilenet_small',
  name: 'Small MobileNet',
  summary: 'Six depthwise separable blocks with batch norm, for 64×64 colour images; 278,730 parameters.',
  spec: {
    input: { width: 64, height: 64, channels: 3 },
    layers: [
      ...normalized({ type: 'conv2d', name: 'stem', filters: 32, kernel_size: 3, strides: 2, padding: 'same' }),
      ...BLOCKS.flatMap(block),
      { type: 'global_average_pooling2d', name: 'pool' },
      classifier('dense'),
    ],
  },
  training: { epochs: 40, batch_size: 64, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
