"""What each layer of a specification computes, written with PyTorch from Keras' documentation.

A layer is a function of its arguments (Keras' names, defaults where left out), its inputs ([N, C, H, W] or [N, units])
and a context that gives weights in Keras' order of axes, masks and noise.
"""
import torch
import torch.nn.functional as F


# Our axis of an image for each of Keras'.
IMAGE_AXES = {-1: 1, 3: 1, 1: 2, -3: 2, 2: 3, -2: 3}


def pair(value):
    return list(value) if isinstance(value, list) else [value, value]


def relu6(x):
    return x.clamp(0, 6)


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "relu6": relu6,
    "leaky_relu": lambda x, negative_slope=0.2: torch.where(x > 0, x, negative_slope * x),
    "elu": lambda x, alpha=1.0: torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0))),
    "selu": F.selu,
    "gelu": lambda x, approximate=False: F.gelu(x, approximate="tanh" if approximate else "none"),
    "silu": F.silu,
    "hard_sigmoid": lambda x: relu6(x + 3) / 6,
    "hard_swish": lambda x: x * relu6(x + 3) / 6,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, 1),
    "softplus": lambda x: F.softplus(x, threshold=700),
}


def activate(activation, x):
    if isinstance(activation, str):
        return ACTIVATIONS[activation](x)
    arguments = {name: value for name, value in activation.items() if name != "type"}
    return ACTIVATIONS[activation["type"]](x, **arguments)


def same_pads(sides, sizes, strides):
    """Keras' "same", in F.pad's order: the odd pixel at the bottom and right."""
    total = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sides, sizes, strides)]
    (top, bottom), (left, right) = [(t // 2, t - t // 2) for t in total]
    return left, right, top, bottom


def reach(kernel, dilation):
    return [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]


def convolve(layer, x, kernel, groups, bias=None, strides=None):
    """`kernel` in PyTorch's order [outputs, inputs / groups, height, width]."""
    strides = pair(layer.get("strides", 1)) if strides is None else strides
    dilation = pair(layer.get("dilation_rate", 1))
    if layer.get("padding") == "same":
        x = F.pad(x, same_pads(x.shape[2:], reach(kernel.shape[2:], dilation), strides))
    return F.conv2d(x, kernel, bias, strides, 0, dilation, groups)


def bias_of(layer, context, units, fan_in):
    return context.weight("bias", [units], fan_in) if layer.get("use_bias", True) else None


def conv2d(layer, x, context):
    size, groups = pair(layer["kernel_size"]), layer.get("groups", 1)
    inputs = x.shape[1] // groups
    fan_in = size[0] * size[1] * inputs
    kernel = context.weight("kernel", [*size, inputs, layer["filters"]], fan_in)
    return convolve(layer, x, kernel.permute(3, 2, 0, 1), groups, bias_of(layer, context, layer["filters"], fan_in))


def depthwise_kernel(layer, x, context, name):
    """[inputs · multiplier, 1, height, width], the multiplier running fastest."""
    size, multiplier = pair(layer["kernel_size"]), layer.get("depth_multiplier", 1)
    kernel = context.weight(name, [*size, x.shape[1], multiplier], size[0] * size[1])
    return kernel.permute(2, 3, 0, 1).reshape(-1, 1, *size)


def depthwise_conv2d(layer, x, context):
    kernel = depthwise_kernel(layer, x, context, "kernel")
    bias = bias_of(layer, context, kernel.shape[0], kernel[0].numel())
    return convolve(layer, x, kernel, x.shape[1], bias)


def separable_conv2d(layer, x, context):
    kernel = depthwise_kernel(layer, x, context, "depthwise_kernel")
    x = convolve(layer, x, kernel, x.shape[1])
    point = context.weight("pointwise_kernel", [1, 1, x.shape[1], layer["filters"]], x.shape[1])
    return F.conv2d(x, point.permute(3, 2, 0, 1), bias_of(layer, context, layer["filters"], x.shape[1]))


def conv2d_transpose(layer, x, context):
    """The input gradient of a convolution with the same arguments, whose output has x's shape."""
    size, strides = pair(layer["kernel_size"]), pair(layer.get("strides", 1))
    dilation = pair(layer.get("dilation_rate", 1))
    fan_in = size[0] * size[1] * x.shape[1]
    kernel = context.weight("kernel", [*size, layer["filters"], x.shape[1]], fan_in)
    whole = F.conv_transpose2d(x, kernel.permute(3, 2, 0, 1), None, strides, dilation=dilation)
    pads = []
    for axis, k in enumerate(reach(size, dilation)):
        side, stride = x.shape[2 + axis], strides[axis]
        wanted = side * stride + (max(k - stride, 0) if layer.get("padding", "valid") == "valid" else 0)
        before = 0 if layer.get("padding", "valid") == "valid" else max(k - stride, 0) // 2
        pads = [-before, wanted - (whole.shape[2 + axis] - before), *pads]
    y = F.pad(whole, pads)
    bias = bias_of(layer, context, layer["filters"], fan_in)
    return y if bias is None else y + bias[:, None, None]


def pool_window(layer, x):
    size = pair(layer.get("pool_size", 2))
    strides = pair(layer["strides"]) if layer.get("strides") else size
    pads = same_pads(x.shape[2:], size, strides) if layer.get("padding") == "same" else (0, 0, 0, 0)
    return size, strides, pads


def max_pooling2d(layer, x, _context):
    size, strides, pads = pool_window(layer, x)
    return F.max_pool2d(F.pad(x, pads, value=float("-inf")), size, strides)


def average_pooling2d(layer, x, _context):
    """Pixels outside the image are not counted."""
    size, strides, pads = pool_window(layer, x)
    counted = F.avg_pool2d(F.pad(torch.ones_like(x[:1, :1]), pads), size, strides)
    return F.avg_pool2d(F.pad(x, pads), size, strides) / counted


def dense(layer, x, context):
    units = context.classes if layer["units"] == "classes" else layer["units"]
    kernel = context.weight("kernel", [x.shape[1], units], x.shape[1])
    return F.linear(x, kernel.T, bias_of(layer, context, units, x.shape[1]))


def in_keras_order(x, image):
    """The numbers of each row in the order rows, columns, channels; `image` is the [C, H, W] that a vector was."""
    return x if image is None else x.reshape(-1, *image).permute(0, 2, 3, 1).flatten(1)


def reshape(layer, x, context):
    image = context.flattened_from(layer["inputs"][0]) if x.dim() == 2 else x.shape[1:]
    x = in_keras_order(x, image).reshape(x.shape[0], *layer["target_shape"])
    return x.permute(0, 3, 1, 2) if x.dim() == 4 else x


def relu_layer(layer, x, _context):
    top, slope, threshold = layer.get("max_value"), layer.get("negative_slope", 0), layer.get("threshold", 0)
    y = torch.where(x >= threshold, x, slope * (x - threshold))
    return y if top is None else torch.where(x >= top, torch.full_like(x, top), y)


def prelu(layer, x, context):
    shared = layer.get("shared_axes") or []
    shape = [*x.shape[2:], x.shape[1]] if x.dim() == 4 else [x.shape[1]]
    shape = [1 if axis + 1 in shared else side for axis, side in enumerate(shape)]
    alpha = context.weight("alpha", shape, 1)
    alpha = alpha.permute(2, 0, 1) if x.dim() == 4 else alpha
    return torch.where(x > 0, x, alpha * x)


def dropout(layer, x, context, shape=None):
    if not context.training or layer["rate"] == 0:
        return x
    mask, scale = context.mask(layer["rate"], shape or x.shape)
    return x * mask.to(x.dtype) * scale


def spatial_dropout2d(layer, x, context):
    return dropout(layer, x, context, [*x.shape[:2], 1, 1])


def gaussian_noise(layer, x, context):
    return x + layer["stddev"] * context.noise(x.shape) if context.training else x


def batch_normalization(layer, x, context):
    """The running variance is the biased one, as Keras has it; PyTorch's own would be unbiased."""
    channels, momentum = x.shape[1], layer.get("momentum", 0.99)
    running = {name: context.weight(name, [channels], 1) for name in ("moving_mean", "moving_variance")}
    if context.training:
        variance, mean = torch.var_mean(x.detach(), [axis for axis in range(x.dim()) if axis != 1], unbiased=False)
        for name, now in ("moving_mean", mean), ("moving_variance", variance):
            context.keep(name, momentum * running[name] + (1 - momentum) * now)
    gamma = context.weight("gamma", [channels], 1) if layer.get("scale", True) else None
    beta = context.weight("beta", [channels], 1) if layer.get("center", True) else None
    statistics = (None, None) if context.training else running.values()
    return F.batch_norm(x, *statistics, gamma, beta, context.training, 0, layer.get("epsilon", 1e-3))


def layer_normalization(layer, x, context):
    axes = layer.get("axis", -1)
    rank = x.dim()
    axes = sorted(axis % rank for axis in (axes if isinstance(axes, list) else [axes]))
    ours = {0: 0, 1: 2, 2: 3, 3: 1} if rank == 4 else {0: 0, 1: 1}
    over = [ours[axis] for axis in axes]
    variance, mean = torch.var_mean(x, over, unbiased=False, keepdim=True)
    y = (x - mean) / torch.sqrt(variance + layer.get("epsilon", 1e-3))
    last = x.permute(0, 2, 3, 1).shape if rank == 4 else x.shape
    full = [side if axis in axes else 1 for axis, side in enumerate(last)]

    def spread(weight):
        weight = weight.reshape(full)
        return weight.permute(0, 3, 1, 2) if rank == 4 else weight

    shape = [last[axis] for axis in axes]
    if layer.get("scale", True):
        y = y * spread(context.weight("gamma", shape, 1))
    return y + spread(context.weight("beta", shape, 1)) if layer.get("center", True) else y


def borders(value):
    """[[top, bottom], [left, right]] from any of Keras' forms."""
    return [pair(side) for side in pair(value)]


def zero_padding2d(layer, x, _context):
    (top, bottom), (left, right) = borders(layer.get("padding", 1))
    return F.pad(x, (left, right, top, bottom))


def cropping2d(layer, x, _context):
    (top, bottom), (left, right) = borders(layer.get("cropping", 0))
    return F.pad(x, (-left, -right, -top, -bottom))


def up_sampling2d(layer, x, _context):
    size = pair(layer.get("size", 2))
    if layer.get("interpolation", "nearest") == "nearest":
        return x.repeat_interleave(size[0], 2).repeat_interleave(size[1], 3)
    sides = [side * factor for side, factor in zip(x.shape[2:], size)]
    return F.interpolate(x, sides, mode="bilinear", align_corners=False)


def per_channel(value, x):
    return torch.tensor(value, dtype=x.dtype).reshape(-1, *[1] * (x.dim() - 2))


def normalization(layer, x, _context):
    deviation = per_channel(layer["variance"], x).sqrt().clamp(min=1e-7)
    return (x - per_channel(layer["mean"], x)) / deviation


def concatenate(layer, inputs, context):
    if inputs[0].dim() == 2:
        return torch.cat([in_keras_order(x, context.flattened_from(n)) for x, n in zip(inputs, layer["inputs"])], 1)
    return torch.cat(inputs, IMAGE_AXES[layer.get("axis", -1)])


def folded(function):
    def merge(_layer, inputs, _context):
        result = inputs[0]
        for x in inputs[1:]:
            result = function(result, x)
        return result

    return merge


def softmax_layer(layer, x, _context):
    return torch.softmax(x, IMAGE_AXES[layer.get("axis", -1)] if x.dim() == 4 else 1)


MERGES = {
    "add": folded(torch.add),
    "subtract": folded(torch.sub),
    "multiply": folded(torch.mul),
    "maximum": folded(torch.maximum),
    "average": lambda _layer, inputs, _context: sum(inputs) / len(inputs),
    "concatenate": concatenate,
}
LAYERS = {
    "conv2d": conv2d,
    "depthwise_conv2d": depthwise_conv2d,
    "separable_conv2d": separable_conv2d,
    "conv2d_transpose": conv2d_transpose,
    "max_pooling2d": max_pooling2d,
    "average_pooling2d": average_pooling2d,
    "global_average_pooling2d": lambda _layer, x, _context: x.mean([2, 3]),
    "global_max_pooling2d": lambda _layer, x, _context: x.amax([2, 3]),
    "dense": dense,
    "flatten": lambda _layer, x, _context: x.flatten(1),
    "reshape": reshape,
    "activation": lambda _layer, x, _context: x,
    "relu": relu_layer,
    "leaky_relu": lambda layer, x, _context: ACTIVATIONS["leaky_relu"](x, layer.get("negative_slope", 0.3)),
    "prelu": prelu,
    "elu": lambda layer, x, _context: ACTIVATIONS["elu"](x, layer.get("alpha", 1.0)),
    "softmax": softmax_layer,
    "dropout": dropout,
    "spatial_dropout2d": spatial_dropout2d,
    "gaussian_noise": gaussian_noise,
    "batch_normalization": batch_normalization,
    "layer_normalization": layer_normalization,
    "zero_padding2d": zero_padding2d,
    "cropping2d": cropping2d,
    "up_sampling2d": up_sampling2d,
    "rescaling": lambda layer, x, _context: x * layer["scale"] + layer.get("offset", 0),
    "normalization": normalization,
    **MERGES,
}
