// Documents as Keras writes them, that the tests post.

type Config = Record<string, unknown>;

/** An object of Keras 3: its class, and what the class is made with. */
export function keras3(module: string, class_name: string, config: Config): Config {
  return { module, class_name, config, registered_name: null };
}

const layer = (class_name: string, config: Config) =>
  keras3('keras.layers', class_name, { trainable: true, dtype: DTYPE, ...config });

const DTYPE = keras3('keras', 'DTypePolicy', { name: 'float32' });

const WEIGHTS = {
  use_bias: true,
  kernel_initializer: keras3('keras.initializers', 'GlorotUniform', { seed: null }),
  bias_initializer: keras3('keras.initializers', 'Zeros', {}),
  kernel_regularizer: null,
  bias_regularizer: null,
  activity_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
};

export interface NetOptions {
  /** Of the images: [height, width, channels]. */
  shape?: readonly number[];
  units?: number;
  activation?: string;
  compile_config?: Config;
  /** Layers between the convolution and the flattening one. */
  between?: readonly Config[];
}

/** What `model.to_json()` of Keras 3 gives for a small network: a convolution, a max pool and a dense layer. */
export function kerasNet(options: NetOptions = {}): Config {
  const { shape = [8, 8, 1], units = 2, activation = 'softmax', compile_config, between = [] } = options;
  const layers = [
    keras3('keras.layers', 'InputLayer', {
      batch_shape: [null, ...shape],
      dtype: 'float32',
      sparse: false,
      name: 'input_layer',
    }),
    layer('Conv2D', {
      name: 'conv2d',
      filters: 4,
      kernel_size: [3, 3],
      strides: [1, 1],
      padding: 'valid',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      groups: 1,
      activation: 'relu',
      ...WEIGHTS,
    }),
    ...between,
    layer('MaxPooling2D', {
      name: 'pool',
      pool_size: [2, 2],
      padding: 'valid',
      strides: [2, 2],
      data_format: 'channels_last',
    }),
    layer('Flatten', { name: 'flatten', data_format: 'channels_last' }),
    layer('Dense', { name: 'dense', units, activation, ...WEIGHTS }),
  ];
  const config = { name: 'net', trainable: true, dtype: DTYPE, layers, build_input_shape: [null, ...shape] };
  return { ...keras3('keras', 'Sequential', config), ...(compile_config ? { compile_config } : {}) };
}

/** Weights of `kerasNet()`: 4·(3·3·1 + 1) and 2·(3·3·4 + 1). */
export const KERAS_NET_PARAMETERS = 114;

/** What `model.compile` was given, as Keras 3 writes it down. */
export function compiled(loss: unknown, learning_rate = 0.02): Config {
  const optimizer = keras3('keras.optimizers', 'SGD', {
    name: 'SGD',
    learning_rate,
    weight_decay: null,
    clipnorm: null,
    global_clipnorm: null,
    clipvalue: null,
    use_ema: false,
    ema_momentum: 0.99,
    ema_overwrite_frequency: null,
    loss_scale_factor: null,
    gradient_accumulation_steps: null,
    momentum: 0.5,
    nesterov: false,
  });
  const rest = { loss_weights: null, weighted_metrics: null, run_eagerly: false, steps_per_execution: 1 };
  return { optimizer, loss, metrics: ['accuracy'], jit_compile: false, ...rest };
}

/** A layer that is code. */
export const LAMBDA = layer('Lambda', {
  name: 'lambda',
  function: { class_name: '__lambda__', config: { code: '4wEAAAAAAAAA', defaults: null, closure: null } },
  arguments: {},
});
