// The network of Keras' example mnist_convnet: 34,826 parameters, about 99 % after a few epochs.

export const MNIST_CONVNET = {
  layers: [
    { type: 'conv2d', filters: 32, kernel_size: 3, activation: 'relu' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'conv2d', filters: 64, kernel_size: 3, activation: 'relu' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

export const TRAINING = { epochs: 1, batch_size: 128, optimizer: { type: 'adam' } };
