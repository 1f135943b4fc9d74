/** LeNet-5 (LeCun et al., 1998), with plain average pools and a softmax where the paper has trained ones and RBF units. */
import { classifier, type Preset } from './preset.js';

export const lenet5: Preset = {
  id: 'lenet5',
  name: 'LeNet-5',
  summary: 'The 1998 network for handwritten digits: tanh and average pools, for 28×28 grey images; 61,706 parameters.',
  spec: {
    input: { width: 28, height: 28, channels: 1 },
    layers: [
      { type: 'conv2d', name: 'conv1', filters: 6, kernel_size: 5, padding: 'same', activation: 'tanh' },
      { type: 'average_pooling2d', name: 'pool1', pool_size: 2 },
      { type: 'conv2d', name: 'conv2', filters: 16, kernel_size: 5, activation: 'tanh' },
      { type: 'average_pooling2d', name: 'pool2', pool_size: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense1', units: 120, activation: 'tanh' },
      { type: 'dense', name: 'dense2', units: 84, activation: 'tanh' },
      classifier('dense3'),
    ],
  },
  training: { epochs: 10, batch_size: 64, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
