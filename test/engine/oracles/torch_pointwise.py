"""Writes torch-pointwise.json: outputs and gradients of activations, and of layers that normalise or merge, from PyTorch.

Each is computed in float64 on [N, C, H, W] or [N, units], with PyTorch's own function where it has one; weights have the
compiler's layout. Run `python test/engine/oracles/torch_pointwise.py` with PyTorch installed, then `npm run format`; the
tests read only the file that it wrote.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

from torch_operations import case, numbers, tensor

IMAGE, VECTOR = [2, 3, 2, 4], [3, 7]

ACTIVATIONS = [
    ({"type": "linear"}, lambda x: x),
    ({"type": "relu"}, F.relu),
    ({"type": "relu6"}, F.relu6),
    ({"type": "leaky_relu"}, lambda x: F.leaky_relu(x, 0.2)),
    ({"type": "leaky_relu", "negative_slope": 0.05}, lambda x: F.leaky_relu(x, 0.05)),
    ({"type": "elu"}, F.elu),
    ({"type": "elu", "alpha": 0.4}, lambda x: F.elu(x, 0.4)),
    ({"type": "selu"}, F.selu),
    ({"type": "gelu"}, F.gelu),
    ({"type": "gelu", "approximate": True}, lambda x: F.gelu(x, approximate="tanh")),
    ({"type": "silu"}, F.silu),
    ({"type": "hard_sigmoid"}, F.hardsigmoid),
    ({"type": "hard_swish"}, F.hardswish),
    ({"type": "sigmoid"}, torch.sigmoid),
    ({"type": "tanh"}, torch.tanh),
    ({"type": "softmax"}, lambda x: F.softmax(x, 1)),
    ({"type": "softplus"}, F.softplus),
]


def off_kinks(shape, spread=1.0):
    """Odd multiples of 1/64, so that none is at a kink, within ±10, so that the digits stored say them exactly."""
    x = (torch.randn(shape) * 32 * spread).round().clamp(-319, 318).add(0.5).div(32)
    return x.requires_grad_()


def far_off(shape):
    """Mean 3 and deviation 0.1, in numbers that the digits stored say exactly."""
    return torch.randn(shape).mul(6.4).round().div(64).add(3).requires_grad_()


def apart(shape, k):
    """Numbers of which none is equal to one of another k."""
    return torch.randn(shape).mul(16).round().div(16).add(k / 64).requires_grad_()


def relu(x, max_value=None, negative_slope=0.0, threshold=0.0):
    """From Keras' definition, piece by piece."""
    right = x if max_value is None else x.clamp(max=max_value)
    return torch.where(x > threshold, right, negative_slope * (x - threshold))


def channels_last(x, function):
    return function(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


PLAIN_LAYERS = [
    ({"type": "relu"}, relu),
    ({"type": "relu", "max_value": 6}, lambda x: relu(x, 6)),
    ({"type": "relu", "max_value": 1.5}, lambda x: relu(x, 1.5)),
    ({"type": "relu", "negative_slope": 0.1}, lambda x: relu(x, None, 0.1)),
    ({"type": "relu", "threshold": 0.5}, lambda x: relu(x, None, 0.0, 0.5)),
    ({"type": "relu", "max_value": 6, "negative_slope": 0.25}, lambda x: relu(x, 6, 0.25)),
    ({"type": "relu", "max_value": 1, "negative_slope": 0.1, "threshold": 0.25}, lambda x: relu(x, 1, 0.1, 0.25)),
    ({"type": "leaky_relu"}, lambda x: F.leaky_relu(x, 0.3)),
    ({"type": "elu", "alpha": 0.5}, lambda x: F.elu(x, 0.5)),
    ({"type": "softmax"}, lambda x: F.softmax(x, 1)),
    ({"type": "softmax", "axis": 1}, lambda x: F.softmax(x, 2)),
    ({"type": "softmax", "axis": 2}, lambda x: F.softmax(x, 3)),
    ({"type": "softmax", "axis": -3}, lambda x: F.softmax(x, 2)),
    ({"type": "softmax", "axis": 3}, lambda x: F.softmax(x, 1)),
    ({"type": "rescaling", "scale": 0.5, "offset": -1}, lambda x: x * 0.5 - 1),
    ({"type": "rescaling", "scale": [0.5, 2, 1], "offset": [0, 1, -1]},
     lambda x: channels_last(x, lambda y: y * torch.tensor([0.5, 2, 1]) + torch.tensor([0.0, 1, -1]))),
    ({"type": "normalization", "mean": 0.5, "variance": 4}, lambda x: (x - 0.5) / 2),
    ({"type": "normalization", "mean": [0.5, -1, 2], "variance": [4, 0.25, 1]},
     lambda x: channels_last(x, lambda y: (y - torch.tensor([0.5, -1, 2])) / torch.tensor([2, 0.5, 1]))),
]


def prelu(layer, shape, alpha_shape):
    x, alpha = off_kinks(shape), off_kinks(alpha_shape)
    per_channel = alpha.numel() == shape[1] and alpha.shape[0] == shape[1]
    y = F.prelu(x, alpha.flatten()) if per_channel else torch.where(x > 0, x, alpha * x)
    return case({"layer": layer}, {"x": x, "alpha": alpha}, y)


PRELUS = [
    ({"type": "prelu"}, IMAGE, [3, 2, 4]),
    ({"type": "prelu", "shared_axes": [1, 2]}, IMAGE, [3, 1, 1]),
    ({"type": "prelu", "shared_axes": 1}, IMAGE, [3, 1, 4]),
    ({"type": "prelu", "shared_axes": [3, 2]}, IMAGE, [1, 2, 1]),
    ({"type": "prelu"}, VECTOR, [7]),
    ({"type": "prelu", "shared_axes": [1]}, VECTOR, [1]),
]

# Arguments, the shape, what draws it, and the rows that count (all where None).
BATCH_NORMS = [
    ({}, [4, 3, 3, 3], numbers, None),
    ({"epsilon": 1e-5, "momentum": 0.5}, [4, 3, 3, 3], far_off, None),
    ({"scale": False}, [3, 2, 4, 4], far_off, None),
    ({"center": False, "momentum": 0.9}, [3, 2, 4, 4], numbers, None),
    ({}, [8, 5], numbers, None),
    ({"epsilon": 0.01}, [6, 4], far_off, None),
    ({}, [4, 3, 3, 4], numbers, [1, 1, 1, 0]),
    ({}, [5, 2, 3, 3], far_off, [1, 1, 0, 0, 0]),
    ({"scale": False, "center": False}, [6, 3], numbers, [1, 1, 1, 1, 0, 0]),
]


def affine(layer, shape):
    gamma = {"gamma": numbers(shape)} if layer.get("scale", True) else {}
    return {**gamma, **({"beta": numbers(shape)} if layer.get("center", True) else {})}


def batch_norm(arguments, shape, draw, rows):
    layer = {"type": "batch_normalization", **arguments}
    momentum, epsilon = layer.get("momentum", 0.99), layer.get("epsilon", 1e-3)
    x, channels = draw(shape), shape[1]
    weights = affine(layer, [channels])
    mean = numbers([channels]).detach()
    variance = numbers([channels]).detach().abs().add(0.5)
    real = x if rows is None else x[torch.tensor(rows) == 1]
    axes = [0, 2, 3][: x.dim() - 1]
    batch_mean, batch_variance = real.mean(axes), real.var(axes, unbiased=False)
    if rows is None:
        y = F.batch_norm(x, None, None, weights.get("gamma"), weights.get("beta"), True, 0.0, epsilon)
    else:
        beside = [1, -1, 1, 1][: x.dim()]
        y = (x - batch_mean.reshape(beside)) / torch.sqrt(batch_variance.reshape(beside) + epsilon)
        y = y * weights["gamma"].reshape(beside) if "gamma" in weights else y
        y = y + weights["beta"].reshape(beside) if "beta" in weights else y
    stored = case({"layer": layer, "training": True}, {"x": x, **weights}, y)
    stored["inputs"].update({"moving_mean": tensor(mean), "moving_variance": tensor(variance)})
    if rows is not None:
        stored["inputs"]["row_weights"] = tensor(torch.tensor(rows, dtype=torch.float64))
    stored["results"] = {
        "next moving_mean": tensor(momentum * mean + (1 - momentum) * batch_mean),
        "next moving_variance": tensor(momentum * variance + (1 - momentum) * batch_variance),
    }
    return stored


def batch_norm_inference(arguments, shape):
    layer = {"type": "batch_normalization", **arguments}
    x, channels = numbers(shape), shape[1]
    weights = affine(layer, [channels])
    mean, variance = numbers([channels]).detach(), numbers([channels]).detach().abs().add(0.25)
    y = F.batch_norm(x, mean, variance, weights.get("gamma"), weights.get("beta"), False, 0.0, layer.get("epsilon", 1e-3))
    stored = case({"layer": layer}, {"x": x, **weights}, y)
    stored["inputs"].update({"moving_mean": tensor(mean), "moving_variance": tensor(variance)})
    return stored


LAYER_NORMS = [
    ({}, IMAGE, numbers, [3]),
    ({}, IMAGE, far_off, [3]),
    ({"axis": [1, 2, 3], "epsilon": 1e-5}, IMAGE, numbers, [2, 4, 3]),
    ({"axis": [-1, -3], "scale": False}, IMAGE, numbers, [2, 3]),
    ({"axis": [2]}, IMAGE, numbers, [4]),
    ({"axis": [1, 2], "center": False}, IMAGE, far_off, [2, 4]),
    ({}, VECTOR, numbers, [7]),
    ({"axis": 1, "epsilon": 0.01}, VECTOR, far_off, [7]),
]


def layer_norm(arguments, shape, draw, keras_shape):
    """On Keras' [N, H, W, C]; the compiler's weights have the channels first."""
    layer = {"type": "layer_normalization", **arguments}
    x = draw(shape)
    rank = len(shape)
    axes = sorted(axis % rank for axis in (lambda a: a if isinstance(a, list) else [a])(layer.get("axis", -1)))
    channels_first = rank == 4 and 3 in axes and len(axes) > 1
    own_shape = [keras_shape[-1], *keras_shape[:-1]] if channels_first else keras_shape
    weights = affine(layer, own_shape)
    beside = [shape[0], *shape[2:], shape[1]]
    beside = [side if axis in axes else 1 for axis, side in enumerate(beside)]

    def in_keras(weight):
        last = weight.permute(*range(1, weight.dim()), 0) if channels_first else weight
        return last.reshape(beside)

    last = x.permute(0, 2, 3, 1) if rank == 4 else x
    centred = last - last.mean(axes, keepdim=True)
    y = centred / torch.sqrt(last.var(axes, unbiased=False, keepdim=True) + layer.get("epsilon", 1e-3))
    y = y * in_keras(weights["gamma"]) if "gamma" in weights else y
    y = y + in_keras(weights["beta"]) if "beta" in weights else y
    if axes == [rank - 1]:
        own = F.layer_norm(last, keras_shape, weights.get("gamma"), weights.get("beta"), layer.get("epsilon", 1e-3))
        assert torch.allclose(y, own)
    return case({"layer": layer}, {"x": x, **weights}, y.permute(0, 3, 1, 2) if rank == 4 else y)


def product(values):
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


MERGES = {
    "add": sum,
    "subtract": lambda values: values[0] - values[1],
    "multiply": product,
    "average": lambda values: sum(values) / len(values),
    "maximum": lambda values: torch.stack(torch.broadcast_tensors(*values)).amax(0),
}
MERGED_SHAPES = {
    "images": [[2, 3, 2, 3], [2, 3, 2, 3]],
    "a channel for all": [[2, 3, 2, 3], [2, 1, 2, 3]],
    "squeeze and excitation": [[2, 3, 2, 3], [2, 3, 1, 1]],
    "a vector beside the channels": [[2, 3], [2, 3, 2, 3]],
    "rows and columns": [[2, 3, 2, 1], [2, 3, 1, 3]],
    "vectors": [[3, 7], [3, 7]],
    "a unit for all": [[3, 7], [3, 1]],
}
# Of vectors that a flatten made, the image [channels, rows, columns].
FLATTENED = {
    "flattened images of one size": ([[2, 24], [2, 24]], [[4, 2, 3], [4, 2, 3]]),
    "flattened images of two sizes": ([[2, 24], [2, 24]], [[4, 2, 3], [2, 4, 3]]),
    "a flattened image and a vector": ([[2, 24], [2, 24]], [[4, 2, 3], None]),
    "a flattened image beside channels": ([[2, 8], [2, 8, 2, 3]], [[4, 1, 2], None]),
}


def in_keras_order(x, image):
    return x if image is None else x.reshape(-1, *image).permute(0, 2, 3, 1).flatten(1)


def merge(name, shapes, images=None):
    images = images or [None] * len(shapes)
    inputs = [apart(shape, k) for k, shape in enumerate(shapes)]
    same = all(image == images[0] for image in images)
    values = inputs if same else [in_keras_order(x, image) for x, image in zip(inputs, images)]
    rank = max(len(shape) for shape in shapes)
    values = [x if x.dim() == rank else x[:, :, None, None] for x in values]
    attributes = {"layer": {"type": name}, **({} if images == [None] * len(shapes) else {"images": images})}
    return case(attributes, {f"x{k}": x for k, x in enumerate(inputs)}, MERGES[name](values))


JOINS = [
    ({}, [[2, 3, 2, 3], [2, 1, 2, 3], [2, 2, 2, 3]], None, 1),
    ({"axis": 3}, [[2, 3, 2, 3], [2, 1, 2, 3]], None, 1),
    ({"axis": 1}, [[2, 3, 2, 3], [2, 3, 1, 3]], None, 2),
    ({"axis": 2}, [[2, 3, 2, 3], [2, 3, 2, 2]], None, 3),
    ({"axis": -2}, [[2, 3, 2, 3], [2, 3, 2, 2]], None, 3),
    ({}, [[3, 7], [3, 2]], None, 1),
    ({"axis": 1}, [[3, 24], [3, 2]], [[4, 2, 3], None], 1),
]


def concatenate(arguments, shapes, images, axis):
    inputs = [numbers(shape) for shape in shapes]
    values = inputs if images is None else [in_keras_order(x, image) for x, image in zip(inputs, images)]
    attributes = {"layer": {"type": "concatenate", **arguments}, **({"images": images} if images else {})}
    return case(attributes, {f"x{k}": x for k, x in enumerate(inputs)}, torch.cat(values, axis))


def dense(arguments, shape):
    layer = {"type": "dense", "units": 4, **arguments}
    x, kernel = numbers(shape), numbers([shape[1], 4])
    bias = {"bias": numbers([4])} if layer.get("use_bias", True) else {}
    connect = lambda y: F.linear(y, kernel.T, bias.get("bias"))
    y = channels_last(x, connect) if len(shape) == 4 else connect(x)
    return case({"layer": layer}, {"x": x, "kernel": kernel, **bias}, y)


def plain(layer, function, shape, draw=off_kinks):
    x = draw(shape)
    return case({"layer": layer}, {"x": x}, function(x))


def activation(attributes, function, shape, spread):
    x = off_kinks(shape, spread)
    return case({"layer": {"type": "activation", "activation": attributes}}, {"x": x}, function(x))


layers = [
    *(activation(*entry, shape, spread) for entry in ACTIVATIONS for shape, spread in (([3, 7], 1), ([2, 3, 2, 2], 4))),
    *(plain(*entry, IMAGE) for entry in PLAIN_LAYERS),
    *(prelu(*entry) for entry in PRELUS),
    *(batch_norm(*entry) for entry in BATCH_NORMS),
    *(batch_norm_inference(*entry) for entry in (({}, IMAGE), ({"scale": False}, IMAGE), ({"center": False}, VECTOR))),
    *(layer_norm(*entry) for entry in LAYER_NORMS),
    *(merge(name, shapes) for name in ("multiply", "maximum") for shapes in MERGED_SHAPES.values()),
    *(merge(name, MERGED_SHAPES[shapes]) for name in ("add", "subtract", "average") for shapes in ("images", "a unit for all")),
    *(merge("multiply", *flattened) for flattened in FLATTENED.values()),
    merge("add", [[2, 3, 2, 2]] * 3),
    merge("average", [[2, 3, 2, 2], [2, 3, 1, 1], [2, 1, 2, 2]]),
    merge("maximum", [[2, 5]] * 4),
    *(concatenate(*entry) for entry in JOINS),
    *(dense(*entry) for entry in (({}, VECTOR), ({"use_bias": False}, VECTOR), ({}, IMAGE), ({"use_bias": False}, IMAGE))),
]
target = pathlib.Path(__file__).with_name("torch-pointwise.json")
target.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "layers": layers}, separators=(",", ":")) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes")
