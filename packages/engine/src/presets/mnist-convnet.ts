/** The convnet of Keras' "Simple MNIST convnet" example. */
import { classifier, type Preset } from './preset.js';

export const mnistConvnet: Preset = {
  id: 'mnist_convnet',
  name: 'MNIST convnet',
  summary: "Keras' first example: two convolutions, max pools and dropout, for 28×28 grey images; 34,826 parameters.",
  spec: {
    input: { width: 28, height: 28, channels: 1 },
    layers: [
      { type: 'conv2d', name: 'conv1', filters: 32, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling2d', name: 'pool1', pool_size: 2 },
      { type: 'conv2d', name: 'conv2', filters: 64, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling2d', name: 'pool2', pool_size: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dropout', name: 'dropout', rate: 0.5 },
      classifier('dense'),
    ],
  },
  training: { epochs: 15, batch_size: 128, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
