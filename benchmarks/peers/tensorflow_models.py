"""The benchmark's networks in Keras layers, as a user of TensorFlow would write them: benchmarks/train/models.mjs layer by layer."""

from tensorflow import keras
from tensorflow.keras import layers

CLASSES = 10


def convolution(x, filters, padding="valid"):
    return layers.Conv2D(filters, 3, padding=padding, activation="relu")(x)


def normalized(x, filters, size, strides=1):
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)


def course(x):
    for filters in (32, 64):
        x = layers.MaxPooling2D(2)(convolution(x, filters))
    return layers.Dense(128, activation="relu")(layers.Flatten()(x))


def mnist_b(x):
    x = layers.MaxPooling2D(2)(convolution(convolution(x, 32), 64))
    x = layers.Flatten()(layers.Dropout(0.25)(x))
    return layers.Dropout(0.5)(layers.Dense(128, activation="relu")(x))


def mnist_convnet(x):
    for filters in (32, 64):
        x = layers.MaxPooling2D(2)(convolution(x, filters))
    return layers.Dropout(0.5)(layers.Flatten()(x))


def residual_block(x, filters, strides):
    y = layers.ReLU()(normalized(x, filters, 3, strides))
    y = normalized(y, filters, 3)
    shortcut = normalized(x, filters, 1, strides) if strides > 1 else x
    return layers.ReLU()(layers.Add()([y, shortcut]))


def resnet(x, blocks_per_stage):
    x = layers.ReLU()(normalized(x, 16, 3))
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(blocks_per_stage):
            x = residual_block(x, filters, 2 if stage > 0 and block == 0 else 1)
    return layers.GlobalAveragePooling2D()(x)


# Filters of the pointwise convolution and strides of the depthwise one.
MOBILENET_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2))


def mobilenet(x):
    x = layers.ReLU()(normalized(x, 32, 3, 2))
    for filters, strides in MOBILENET_BLOCKS:
        x = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.ReLU()(normalized(x, filters, 1))
    return layers.GlobalAveragePooling2D()(x)


def vgg11(x):
    for stage in ((64,), (128,), (256, 256), (512, 512), (512, 512)):
        for filters in stage:
            x = convolution(x, filters, padding="same")
        x = layers.MaxPooling2D(2)(x)
    return layers.Dropout(0.5)(layers.Dense(512, activation="relu")(layers.Flatten()(x)))


# Each with the shape of an image.
NETWORKS = {
    "course": (course, (64, 64, 3)),
    "mnist_b": (mnist_b, (28, 28, 1)),
    "mnist_convnet": (mnist_convnet, (28, 28, 1)),
    "resnet8": (lambda x: resnet(x, 1), (32, 32, 3)),
    "resnet20": (lambda x: resnet(x, 3), (32, 32, 3)),
    "mobilenet": (mobilenet, (64, 64, 3)),
    "vgg11": (vgg11, (32, 32, 3)),
}


def made(network):
    """The model, which gives logits, and the shape of an image."""
    body, shape = NETWORKS[network]
    images = keras.Input(shape)
    return keras.Model(images, layers.Dense(CLASSES)(body(images))), shape
