/** VGG-11 (Simonyan and Zisserman, 2014) with half the filters or fewer and batch norm, for small images. */
import { classifier, type Preset, type PresetLayer } from './preset.js';

/** Filters of the convolutions of each block; a max pool ends a block. */
const BLOCKS = [[32], [64], [128, 128], [256, 256], [256, 256]];

function block(filters: readonly number[], b: number): PresetLayer[] {
  const convolutions = filters.flatMap((count, c): PresetLayer[] => {
    const place = `block${b + 1}_conv${c + 1}`;
    return [
      { type: 'conv2d', name: place, filters: count, kernel_size: 3, padding: 'same', use_bias: false },
      { type: 'batch_normalization', name: `${place}_norm` },
      { type: 'activation', name: `${place}_relu`, activation: 'relu' },
    ];
  });
  return [...convolutions, { type: 'max_pooling2d', name: `block${b + 1}_pool`, pool_size: 2 }];
}

export const vggSmall: Preset = {
  id: 'vgg_small',
  name: 'Small VGG',
  summary:
    'Eight 3×3 convolutions with batch norm, as in VGG-11 but narrower, for 32×32 colour images; 2,378,730 parameters.',
  spec: {
    input: { width: 32, height: 32, channels: 3 },
    layers: [
      ...BLOCKS.flatMap(block),
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense1', units: 256, activation: 'relu' },
      { type: 'dropout', name: 'dropout', rate: 0.5 },
      classifier('dense2'),
    ],
  },
  training: { epochs: 40, batch_size: 64, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
