"""Writes torch-spatial-layers.json: outputs and gradients of layers that look at places of an image, from PyTorch.

Each layer is computed from the definition of Keras' arguments in float64, on [N, C, H, W]; weights have PyTorch's
layout. Run `python test/engine/oracles/torch_spatial_layers.py` with PyTorch installed, then `npm run format`; the tests
read only the file that it wrote.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

from torch_operations import case, numbers

LAYERS = [
    {"type": "conv2d", "filters": 4, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same", "groups": 2},
    {"type": "conv2d", "filters": 2, "kernel_size": [2, 3], "dilation_rate": [2, 1], "use_bias": False},
    {"type": "conv2d", "filters": 3, "kernel_size": 3, "dilation_rate": 2, "padding": "same"},
    {"type": "depthwise_conv2d", "kernel_size": 3, "strides": 2, "padding": "same"},
    {"type": "depthwise_conv2d", "kernel_size": [2, 3], "depth_multiplier": 2, "dilation_rate": [2, 1]},
    {"type": "depthwise_conv2d", "kernel_size": 4, "padding": "same", "depth_multiplier": 3, "use_bias": False},
    {"type": "separable_conv2d", "filters": 3, "kernel_size": 3, "padding": "same", "depth_multiplier": 2},
    {"type": "separable_conv2d", "filters": 5, "kernel_size": [2, 3], "strides": [2, 1], "use_bias": False},
    {"type": "conv2d_transpose", "filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": [2, 4], "strides": [3, 2], "padding": "same"},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": 3, "strides": 2},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": [2, 1], "strides": [3, 2]},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": 4, "strides": 3, "output_padding": [2, 0]},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": 5, "strides": 2, "padding": "same", "output_padding": [1, 0]},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": 4, "strides": 3, "padding": "same", "output_padding": 2},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": [2, 3], "dilation_rate": 2, "padding": "same"},
    {"type": "conv2d_transpose", "filters": 2, "kernel_size": 2, "dilation_rate": [3, 2], "use_bias": False},
    {"type": "max_pooling2d", "pool_size": 3, "strides": 2, "padding": "same"},
    {"type": "average_pooling2d"},
    {"type": "average_pooling2d", "pool_size": 3, "strides": 2, "padding": "same"},
    {"type": "average_pooling2d", "pool_size": [2, 4], "strides": 1, "padding": "same"},
    {"type": "global_average_pooling2d"},
    {"type": "global_average_pooling2d", "keepdims": True},
    {"type": "global_max_pooling2d"},
    {"type": "global_max_pooling2d", "keepdims": True},
    {"type": "zero_padding2d"},
    {"type": "zero_padding2d", "padding": [2, 0]},
    {"type": "zero_padding2d", "padding": [[0, 1], [2, 3]]},
    {"type": "cropping2d", "cropping": 1},
    {"type": "cropping2d", "cropping": [[0, 2], [1, 0]]},
    {"type": "up_sampling2d"},
    {"type": "up_sampling2d", "size": [3, 1]},
    {"type": "up_sampling2d", "interpolation": "bilinear"},
    {"type": "up_sampling2d", "size": [1, 3], "interpolation": "bilinear"},
    {"type": "flatten"},
    {"type": "reshape", "target_shape": [5, 2, -1]},
    {"type": "reshape", "target_shape": [-1]},
    {"type": "reshape", "target_shape": [4, 5, 2]},
]
SHAPE = [2, 2, 4, 5]
# Vectors: of no image, and of a [4, 2, 3] image (channels, rows, columns) that a flatten turned into a vector.
VECTORS = [
    ({"type": "reshape", "target_shape": [2, 3, 4]}, None),
    ({"type": "reshape", "target_shape": [24]}, None),
    ({"type": "reshape", "target_shape": [2, 3, 4]}, [4, 2, 3]),
    ({"type": "reshape", "target_shape": [6, 2, 2]}, [4, 2, 3]),
    ({"type": "reshape", "target_shape": [-1]}, [4, 2, 3]),
]


def pair(value):
    return value if isinstance(value, list) else [value, value]


def same_pads(sides, reach, strides):
    """For F.pad, left, right, top, bottom: ceil(side / stride) outputs, the odd pixel at the end."""
    totals = [max((math.ceil(n / s) - 1) * s + k - n, 0) for n, k, s in zip(sides, reach, strides)]
    (top, bottom), (left, right) = [(total // 2, total - total // 2) for total in totals]
    return left, right, top, bottom


def reach_of(layer):
    return [d * (k - 1) + 1 for k, d in zip(pair(layer["kernel_size"]), pair(layer.get("dilation_rate", 1)))]


def convolve(layer, x, kernel, bias, groups):
    strides, dilations = pair(layer.get("strides", 1)), pair(layer.get("dilation_rate", 1))
    if layer.get("padding") == "same":
        x = F.pad(x, same_pads(x.shape[2:], reach_of(layer), strides))
    return F.conv2d(x, kernel, bias, strides, 0, dilations, groups)


def bias_of(layer, units):
    return {"bias": numbers([units])} if layer.get("use_bias", True) else {}


def conv2d(layer, x):
    groups = layer.get("groups", 1)
    kernel = numbers([layer["filters"], x.shape[1] // groups, *pair(layer["kernel_size"])])
    weights = {"kernel": kernel, **bias_of(layer, layer["filters"])}
    return weights, convolve(layer, x, kernel, weights.get("bias"), groups)


def depthwise_conv2d(layer, x):
    channels = x.shape[1] * layer.get("depth_multiplier", 1)
    kernel = numbers([channels, 1, *pair(layer["kernel_size"])])
    weights = {"kernel": kernel, **bias_of(layer, channels)}
    return weights, convolve(layer, x, kernel, weights.get("bias"), x.shape[1])


def separable_conv2d(layer, x):
    channels = x.shape[1] * layer.get("depth_multiplier", 1)
    depthwise = numbers([channels, 1, *pair(layer["kernel_size"])])
    pointwise = numbers([layer["filters"], channels, 1, 1])
    weights = {"depthwise_kernel": depthwise, "pointwise_kernel": pointwise, **bias_of(layer, layer["filters"])}
    return weights, F.conv2d(convolve(layer, x, depthwise, None, x.shape[1]), pointwise, weights.get("bias"))


def transposed_side(layer, side, axis):
    """Keras' size of the output."""
    stride, reach = pair(layer.get("strides", 1))[axis], reach_of(layer)[axis]
    padding = pair(layer["output_padding"])[axis] if "output_padding" in layer else None
    if layer.get("padding") == "same":
        return side * stride if padding is None else (side - 1) * stride + reach % 2 + padding
    return (side - 1) * stride + reach + (max(stride - reach, 0) if padding is None else padding)


def conv2d_transpose(layer, x):
    """By its definition: the gradient of the convolution with the same arguments that takes the output to x's size."""
    kernel = numbers([x.shape[1], layer["filters"], *pair(layer["kernel_size"])])
    weights = {"kernel": kernel, **bias_of(layer, layer["filters"])}
    sides = [transposed_side(layer, side, axis) for axis, side in enumerate(x.shape[2:])]
    image = torch.zeros([x.shape[0], layer["filters"], *sides], requires_grad=True)
    forward = convolve(layer, image, kernel, None, 1)
    assert forward.shape == x.shape, (layer, forward.shape)
    [y] = torch.autograd.grad(forward, image, x, create_graph=True)
    return weights, y + weights["bias"][:, None, None] if "bias" in weights else y


def pooled(layer, x, pool, border):
    size = pair(layer.get("pool_size", 2))
    strides = pair(layer.get("strides", size))
    if layer.get("padding") == "same":
        x = F.pad(x, same_pads(x.shape[2:], size, strides), value=border)
    return pool(x, size, strides)


def average_pooling2d(layer, x):
    """Sums, divided by the pixels that are there."""
    sums = pooled(layer, x, lambda *window: F.avg_pool2d(*window, divisor_override=1), 0.0)
    counts = pooled(layer, torch.ones_like(x), lambda *window: F.avg_pool2d(*window, divisor_override=1), 0.0)
    return sums / counts


def edges(value):
    """For F.pad: left, right, top, bottom."""
    height, width = [pair(side) for side in pair(value)]
    return *width, *height


def up_sampling2d(layer, x):
    size = pair(layer.get("size", 2))
    if layer.get("interpolation") != "bilinear":
        return F.interpolate(x, scale_factor=size, mode="nearest")
    return F.interpolate(x, scale_factor=size, mode="bilinear", align_corners=False)


def reshape(layer, x, image=None):
    """In Keras' order of the values, in which the channels come last."""
    x = x if image is None else x.reshape(-1, *image)
    last = x.permute(0, 2, 3, 1) if x.dim() == 4 else x
    y = last.reshape(x.shape[0], *layer["target_shape"])
    return y.permute(0, 3, 1, 2) if y.dim() == 4 else y


def global_pool(layer, y):
    return y if layer.get("keepdims") else y.flatten(1)


WEIGHTED = {
    "conv2d": conv2d,
    "depthwise_conv2d": depthwise_conv2d,
    "separable_conv2d": separable_conv2d,
    "conv2d_transpose": conv2d_transpose,
}
PLAIN = {
    "max_pooling2d": lambda layer, x: pooled(layer, x, F.max_pool2d, float("-inf")),
    "average_pooling2d": average_pooling2d,
    "global_average_pooling2d": lambda layer, x: global_pool(layer, x.mean([2, 3], keepdim=True)),
    "global_max_pooling2d": lambda layer, x: global_pool(layer, F.max_pool2d(x, list(x.shape[2:]))),
    "zero_padding2d": lambda layer, x: F.pad(x, edges(layer.get("padding", 1))),
    "cropping2d": lambda layer, x: F.pad(x, [-count for count in edges(layer["cropping"])]),
    "up_sampling2d": up_sampling2d,
    "flatten": lambda _layer, x: x.flatten(1),
    "reshape": reshape,
}


def stored(layer):
    x = numbers(SHAPE)
    weights, y = WEIGHTED[layer["type"]](layer, x) if layer["type"] in WEIGHTED else ({}, PLAIN[layer["type"]](layer, x))
    return case({"layer": layer}, {"x": x, **weights}, y)


def stored_vector(layer, image):
    x = numbers([3, 24])
    return case({"layer": layer, "image": image}, {"x": x}, reshape(layer, x, image))


values = {
    "torch": torch.__version__.split("+")[0],
    "layers": [*map(stored, LAYERS), *(stored_vector(*vector) for vector in VECTORS)],
}
target = pathlib.Path(__file__).with_name("torch-spatial-layers.json")
target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes")
