// Specifications that the tests post.

/** For images of 8×8 with one channel and two classes, as `readyDataset` has them. */
export const SMALL_NET = {
  layers: [
    { type: 'conv2d', filters: 4, kernel_size: [3, 3], activation: 'relu' },
    { type: 'max_pooling2d', pool_size: [2, 2] },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

export const MNIST_CONVNET = {
  input: { width: 28, height: 28, channels: 1 },
  layers: [
    { type: 'conv2d', filters: 32, kernel_size: [3, 3], activation: 'relu' },
    { type: 'max_pooling2d', pool_size: [2, 2] },
    { type: 'conv2d', filters: 64, kernel_size: [3, 3], activation: 'relu' },
    { type: 'max_pooling2d', pool_size: [2, 2] },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: 10, activation: 'softmax' },
  ],
};

/** A network for 8×8 whose second layer does not fit what the first leaves. */
export const KERNEL_TOO_LARGE = {
  input: { width: 8, height: 8, channels: 1 },
  layers: [
    { type: 'conv2d', filters: 4, kernel_size: [3, 3], activation: 'relu' },
    { type: 'conv2d', filters: 4, kernel_size: [9, 9], activation: 'relu' },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};
