/** Keras layers that there is nothing for, and what comes closest. */
import { lookUp } from '../json.js';

const NEAREST: Readonly<Record<string, string>> = {
  Lambda: 'its code is never run; write it with Rescaling, Activation or merging layers',
  TFOpLambda: 'its function is never run; write it with Rescaling, Activation or merging layers',
  SlicingOpLambda: 'its function is never run; nearest is Cropping2D',
  TensorFlowOpLayer: 'its operation is never run; write it with Rescaling, Activation or merging layers',
  Conv1D: 'nearest is Conv2D',
  Convolution1D: 'nearest is Conv2D',
  Conv3D: 'nearest is Conv2D',
  Convolution3D: 'nearest is Conv2D',
  SeparableConv1D: 'nearest is SeparableConv2D',
  DepthwiseConv1D: 'nearest is DepthwiseConv2D',
  Conv1DTranspose: 'nearest is Conv2DTranspose',
  Conv3DTranspose: 'nearest is Conv2DTranspose',
  Deconvolution2D: 'nearest is Conv2DTranspose, whose output follows from its input',
  LocallyConnected1D: 'nearest is Conv2D',
  LocallyConnected2D: 'nearest is Conv2D',
  MaxPooling1D: 'nearest is MaxPooling2D',
  MaxPooling3D: 'nearest is MaxPooling2D',
  AveragePooling1D: 'nearest is AveragePooling2D',
  AveragePooling3D: 'nearest is AveragePooling2D',
  AdaptiveAveragePooling2D: 'nearest is AveragePooling2D',
  AdaptiveMaxPooling2D: 'nearest is MaxPooling2D',
  GlobalMaxPooling1D: 'nearest is GlobalMaxPooling2D',
  GlobalAveragePooling1D: 'nearest is GlobalAveragePooling2D',
  GaussianDropout: 'nearest is Dropout',
  AlphaDropout: 'nearest is Dropout',
  SpatialDropout1D: 'nearest is SpatialDropout2D',
  ActivityRegularization: 'nearest is a kernel_regularizer on the layer before',
  GroupNormalization: 'nearest is LayerNormalization or BatchNormalization',
  RMSNormalization: 'nearest is LayerNormalization',
  SpectralNormalization: 'nearest is a kernel_constraint UnitNorm',
  UnitNormalization: 'nearest is LayerNormalization',
  Minimum: 'nearest is Maximum',
  Dot: 'nearest is Multiply',
  Permute: 'nearest is Reshape, which keeps the order of the values',
  RepeatVector: 'nearest is UpSampling2D',
  UpSampling1D: 'nearest is UpSampling2D',
  ZeroPadding1D: 'nearest is ZeroPadding2D',
  Cropping1D: 'nearest is Cropping2D',
  Resizing: 'images are resized to the input when a data set is packed; nearest is UpSampling2D',
  CenterCrop: 'nearest is Cropping2D',
  TimeDistributed: 'a model takes single images',
  Bidirectional: 'a model takes single images',
  LSTM: 'a model takes single images; nearest is Dense',
  GRU: 'a model takes single images; nearest is Dense',
  SimpleRNN: 'a model takes single images; nearest is Dense',
  Embedding: 'a model takes images, not words',
};

export function nearestLayer(className: string): string | undefined {
  return lookUp(NEAREST, className) ?? (className.startsWith('Random') ? AUGMENTATION : undefined);
}

const AUGMENTATION =
  'leave it out, and ask for the like as training.augmentation: it changes images while training alone and has no weights';
