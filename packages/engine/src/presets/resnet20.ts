/**
 * ResNet-20 for CIFAR-10 (He et al., 2015, section 4.2). The paper pads the shortcut with zero channels where the shape
 * changes (option A); here a 1×1 convolution with batch norm does it (option B).
 */
import { classifier, type Preset } from './preset.js';
import { residualStages } from './residual-stages.js';

/** The paper's weight decay of 1e-4 is half of that as Keras' L2 penalty, whose gradient is 2·l2·w. */
const kernels = {
  use_bias: false,
  kernel_initializer: 'he_normal',
  kernel_regularizer: { type: 'l2', l2: 5e-5 },
};

export const resnet20: Preset = {
  id: 'resnet20',
  name: 'ResNet-20',
  summary:
    'Nine residual blocks, with 1×1 convolutions in the shortcuts that change shape, for 32×32 colour images; 274,042 parameters.',
  spec: {
    input: { width: 32, height: 32, channels: 3 },
    layers: [
      ...residualStages({ filters: [16, 32, 64], blocksPerStage: 3, convolution: kernels, normalizeShortcut: true }),
      { type: 'global_average_pooling2d', name: 'pool' },
      classifier('dense', { kernel_initializer: 'he_normal' }),
    ],
  },
  training: { epochs: 180, batch_size: 128, optimizer: { type: 'sgd', learning_rate: 0.1, momentum: 0.9 } },
};
