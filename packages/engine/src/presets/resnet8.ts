/** The ResNet-8 of MLPerf Tiny's image classification task (Banbury et al., 2021). */
import { classifier, type Preset } from './preset.js';
import { residualStages } from './residual-stages.js';

const kernels = { kernel_initializer: 'he_normal', kernel_regularizer: { type: 'l2', l2: 1e-4 } };

export const resnet8: Preset = {
  id: 'resnet8',
  name: 'ResNet-8',
  summary: 'Three residual blocks, as in the MLPerf Tiny benchmark, for 32×32 colour images; 78,666 parameters.',
  spec: {
    input: { width: 32, height: 32, channels: 3 },
    layers: [
      ...residualStages({ filters: [16, 32, 64], blocksPerStage: 1, convolution: kernels, normalizeShortcut: false }),
      { type: 'average_pooling2d', name: 'pool', pool_size: 8 },
      { type: 'flatten', name: 'flatten' },
      classifier('dense', { kernel_initializer: 'he_normal' }),
    ],
  },
  training: { epochs: 50, batch_size: 32, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
