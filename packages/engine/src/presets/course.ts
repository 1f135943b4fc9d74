/** The course's first CNN: two convolutions with max pools, then two dense layers. */
import { classifier, type Preset } from './preset.js';

export const course: Preset = {
  id: 'course',
  name: 'Course CNN',
  summary:
    'Two convolutions with max pools and a dense layer of 128 units, for 64×64 colour images; 1,626,442 parameters.',
  spec: {
    input: { width: 64, height: 64, channels: 3 },
    layers: [
      { type: 'conv2d', name: 'conv1', filters: 32, kernel_size: 3 },
      { type: 'activation', name: 'relu1', activation: 'relu' },
      { type: 'max_pooling2d', name: 'pool1', pool_size: 2 },
      { type: 'conv2d', name: 'conv2', filters: 64, kernel_size: 3 },
      { type: 'activation', name: 'relu2', activation: 'relu' },
      { type: 'max_pooling2d', name: 'pool2', pool_size: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense1', units: 128 },
      { type: 'activation', name: 'relu3', activation: 'relu' },
      classifier('dense2'),
    ],
  },
  training: { epochs: 10, batch_size: 32, optimizer: { type: 'adam', learning_rate: 0.001 } },
};
