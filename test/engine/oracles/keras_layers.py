"""Writes keras-layers.json: output shapes, weights and their fans as Keras plans them, over a grid of arguments.

Run `KERAS_BACKEND=torch python test/engine/oracles/keras_layers.py` with Keras and a backend installed, then
`npm run format`; the tests read only the file that it wrote.
"""
import json
import math
import pathlib
from itertools import product

import keras
from keras.src.initializers.random_initializers import compute_fans

CLASSES = {
    "conv2d": "Conv2D",
    "depthwise_conv2d": "DepthwiseConv2D",
    "separable_conv2d": "SeparableConv2D",
    "conv2d_transpose": "Conv2DTranspose",
    "max_pooling2d": "MaxPooling2D",
    "average_pooling2d": "AveragePooling2D",
    "global_average_pooling2d": "GlobalAveragePooling2D",
    "global_max_pooling2d": "GlobalMaxPooling2D",
    "zero_padding2d": "ZeroPadding2D",
    "cropping2d": "Cropping2D",
    "up_sampling2d": "UpSampling2D",
    "flatten": "Flatten",
    "reshape": "Reshape",
    "dense": "Dense",
}


def grid(type, **arguments):
    names = list(arguments)
    return [{"type": type, **dict(zip(names, values))} for values in product(*arguments.values())]


WINDOWS = {"kernel_size": [1, [3, 2], 4], "padding": ["valid", "same"]}
IMAGE = [7, 9, 4]
CASES = [
    (IMAGE, layer)
    for layer in (
        *grid("conv2d", filters=[6], **WINDOWS, strides=[1, [2, 3]]),
        *grid("conv2d", filters=[6], **WINDOWS, dilation_rate=[2, [1, 2]], groups=[1, 2]),
        *grid("conv2d", filters=[4], kernel_size=[3], groups=[4], use_bias=[False]),
        *grid("depthwise_conv2d", **WINDOWS, strides=[1, 2], depth_multiplier=[1, 3]),
        *grid("depthwise_conv2d", **WINDOWS, dilation_rate=[2], use_bias=[False]),
        *grid("separable_conv2d", filters=[5], **WINDOWS, strides=[1, 2], depth_multiplier=[1, 2]),
        *grid("separable_conv2d", filters=[5], **WINDOWS, dilation_rate=[2], use_bias=[False]),
        *grid("conv2d_transpose", filters=[5], **WINDOWS, strides=[1, 2, [3, 5]]),
        *grid("conv2d_transpose", filters=[5], **WINDOWS, strides=[3], output_padding=[0, 1, [2, 0]]),
        *grid("conv2d_transpose", filters=[5], **WINDOWS, dilation_rate=[2, [1, 3]], use_bias=[False]),
        *grid("max_pooling2d", pool_size=[1, 2, [3, 4]], padding=["valid", "same"]),
        *grid("max_pooling2d", pool_size=[3], strides=[1, 2, [1, 4]], padding=["valid", "same"]),
        *grid("average_pooling2d", pool_size=[1, 2, [3, 4]], padding=["valid", "same"]),
        *grid("average_pooling2d", pool_size=[3], strides=[1, 2, [1, 4]], padding=["valid", "same"]),
        *grid("global_average_pooling2d", keepdims=[False, True]),
        *grid("global_max_pooling2d", keepdims=[False, True]),
        *grid("zero_padding2d", padding=[0, 1, [2, 3], [[1, 0], [2, 3]]]),
        *grid("cropping2d", cropping=[0, 1, [2, 3], [[1, 0], [2, 3]]]),
        *grid("up_sampling2d", size=[1, 2, [3, 2]], interpolation=["nearest", "bilinear"]),
        *grid("flatten"),
        *grid("reshape", target_shape=[[-1], [252], [9, 7, 4], [7, -1, 2], [1, 1, 252]]),
        # What Keras takes where nothing is said.
        {"type": "conv2d", "filters": 3, "kernel_size": 2},
        {"type": "depthwise_conv2d", "kernel_size": 2},
        {"type": "separable_conv2d", "filters": 3, "kernel_size": 2},
        {"type": "conv2d_transpose", "filters": 3, "kernel_size": 2},
        *({"type": type} for type in ("max_pooling2d", "zero_padding2d", "cropping2d", "flatten")),
        *({"type": type} for type in ("up_sampling2d", "global_average_pooling2d", "global_max_pooling2d")),
    )
]
VECTORS = [
    ([12], {"type": "dense", "units": 5}),
    ([12], {"type": "dense", "units": 1, "use_bias": False}),
    ([12], {"type": "flatten"}),
    ([12], {"type": "reshape", "target_shape": [2, -1, 3]}),
]


def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def planned(shape, layer):
    arguments = {name: as_tuples(value) for name, value in layer.items() if name != "type"}
    built = getattr(keras.layers, CLASSES[layer["type"]])(**arguments)
    output = built.compute_output_shape((None, *shape))
    built.build((None, *shape))
    weights = [
        {"name": weight.name, "shape": list(weight.shape), "fans": list(compute_fans(weight.shape))}
        for weight in built.weights
    ]
    assert built.count_params() == sum(math.prod(weight["shape"]) for weight in weights)
    return {"layer": layer, "input": shape, "output": list(output[1:]), "weights": weights}


values = {"keras": keras.__version__, "layers": [planned(*one) for one in [*CASES, *VECTORS]]}
target = pathlib.Path(__file__).with_name("keras-layers.json")
target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes, {len(values['layers'])} layers")
