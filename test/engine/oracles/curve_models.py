"""The models whose training is compared: the product's presets, and nets that hold every activation and every layer."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parents[3]
CONV, DENSE, POOL, FLATTEN = "conv2d", "dense", "max_pooling2d", "flatten"
ENDING = [{"type": FLATTEN}, {"type": DENSE, "units": "classes", "activation": "softmax"}]


def presets():
    """Of the built engine (`npm run build`)."""
    script = 'import("@trainyard/engine").then(({ presets }) => console.log(JSON.stringify(presets)))'
    return json.loads(subprocess.check_output(["node", "-e", script], cwd=ROOT, text=True))


def resized(spec, side, **changes):
    """A preset for smaller images; `changes` replaces layers by name."""
    layers = [changes.get(layer["name"], layer) for layer in spec["layers"]]
    return {"input": {**spec["input"], "width": side, "height": side}, "layers": layers}


def with_tanh(spec):
    """Tanh in place of ReLU, whose mask may flip near zero."""
    layers = [{**layer, "activation": "tanh"} if layer.get("activation") == "relu" else layer
              for layer in spec["layers"]]
    return {**spec, "layers": layers}


def small_net(activation, pad="valid"):
    act = {"activation": activation}
    return [
        {"type": CONV, "filters": 8, "kernel_size": 3, "padding": pad, **act},
        {"type": POOL, "pool_size": 2},
        {"type": CONV, "filters": 12, "kernel_size": 3, **act},
        {"type": POOL, "pool_size": 2},
        *ENDING,
    ]


STRIDED = [
    {"type": CONV, "filters": 6, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "leaky_relu"},
    {"type": POOL, "pool_size": 3, "strides": 2},
    {"type": CONV, "filters": 8, "kernel_size": [2, 3], "activation": "sigmoid", "use_bias": False},
    {"type": FLATTEN},
    {"type": DENSE, "units": 24, "activation": "tanh"},
    {"type": DENSE, "units": "classes", "activation": "softmax"},
]

ACTIVATIONS = [
    "linear", "relu", "relu6", "leaky_relu", {"type": "leaky_relu", "negative_slope": 0.05}, "elu",
    {"type": "elu", "alpha": 0.5}, "selu", "gelu", {"type": "gelu", "approximate": True}, "silu", "hard_sigmoid",
    "hard_swish", "sigmoid", "tanh", "softmax", "softplus",
]
ACTIVATION_LAYERS = [
    {"type": "relu", "max_value": 1.5, "negative_slope": 0.1, "threshold": 0.2}, {"type": "leaky_relu"},
    {"type": "prelu"}, {"type": "prelu", "shared_axes": [1, 2]}, {"type": "elu", "alpha": 0.7}, {"type": "softmax"},
]


def every_activation():
    """A branch for each activation, once as an argument and once more among dense layers."""
    layers = [{"type": CONV, "name": "stem", "filters": 8, "kernel_size": 3, "activation": "tanh"}]
    ends = []
    for i, activation in enumerate(ACTIVATIONS):
        layers.append({"type": CONV, "name": f"branch{i}", "inputs": ["stem"], "filters": 2, "kernel_size": 3,
                       "activation": activation})
        ends.append(f"branch{i}")
    for i, layer in enumerate(ACTIVATION_LAYERS):
        layers.append({"type": CONV, "name": f"conv{i}", "inputs": ["stem"], "filters": 3, "kernel_size": 3})
        layers.append({**layer, "name": f"layer{i}"})
        ends.append(f"layer{i}")
    layers.append({"type": "concatenate", "name": "together", "inputs": ends})
    layers.append({"type": "average_pooling2d", "name": "pool"})
    layers.append({"type": FLATTEN, "name": "flat"})
    for i, activation in enumerate(ACTIVATIONS):
        layers.append({"type": DENSE, "name": f"dense{i}", "inputs": ["flat"], "units": 4, "activation": activation})
    layers.append({"type": "prelu", "name": "prelu", "inputs": ["dense0"]})
    layers.append({"type": "concatenate", "name": "units",
                   "inputs": ["prelu", *[f"dense{i}" for i in range(len(ACTIVATIONS))]]})
    layers.append({"type": DENSE, "name": "logits", "units": "classes"})
    layers.append({"type": "activation", "name": "probabilities", "activation": "softmax"})
    return {"input": {"width": 10, "height": 10, "channels": 3}, "layers": layers}


# Every layer type but the activations, one conv net with branches; smooth activations, since it has batch norms.
LAYERS = [
    {"type": "rescaling", "name": "rescale", "scale": 2, "offset": -0.5},
    {"type": "normalization", "name": "normalize", "mean": [0.1, 0.2, 0.3], "variance": [0.5, 0.6, 0.7]},
    {"type": "zero_padding2d", "name": "pad", "padding": [[1, 0], [0, 1]]},
    {"type": CONV, "name": "stem", "filters": 8, "kernel_size": 3, "padding": "same",
     "use_bias": False, "kernel_regularizer": {"type": "l2", "l2": 0.001}},
    {"type": "cropping2d", "name": "crop", "cropping": [[0, 1], [1, 0]]},
    {"type": "batch_normalization", "name": "stem_norm"},
    {"type": "activation", "name": "stem_tanh", "activation": "tanh"},
    {"type": "gaussian_noise", "name": "noise", "stddev": 0.1},
    {"type": "depthwise_conv2d", "name": "depthwise", "kernel_size": 3, "strides": 2, "padding": "same",
     "depth_multiplier": 2, "activation": "tanh"},
    {"type": "separable_conv2d", "name": "separable", "filters": 8, "kernel_size": 3, "padding": "same",
     "depth_multiplier": 2, "activation": "silu"},
    {"type": CONV, "name": "grouped", "inputs": ["depthwise"], "filters": 8, "kernel_size": [3, 2], "groups": 4,
     "dilation_rate": 2, "padding": "same", "activation": "softplus"},
    {"type": "average_pooling2d", "name": "average_pool", "inputs": ["depthwise"], "pool_size": 3, "strides": 1,
     "padding": "same"},
    {"type": CONV, "name": "after_average", "filters": 8, "kernel_size": 1},
    {"type": POOL, "name": "max_pool", "inputs": ["depthwise"], "pool_size": [2, 3], "strides": 1, "padding": "same"},
    {"type": CONV, "name": "after_max", "filters": 8, "kernel_size": 1,
     "bias_regularizer": {"type": "l1", "l1": 0.001}},
    {"type": "add", "name": "sum", "inputs": ["separable", "grouped", "after_average"]},
    {"type": "multiply", "name": "product", "inputs": ["separable", "after_max"]},
    {"type": "subtract", "name": "difference", "inputs": ["grouped", "after_average"]},
    {"type": "average", "name": "mean", "inputs": ["sum", "product", "difference"]},
    {"type": "maximum", "name": "larger", "inputs": ["separable", "after_max"]},
    {"type": "concatenate", "name": "channels", "inputs": ["mean", "larger", "difference"]},
    {"type": "layer_normalization", "name": "layer_norm"},
    {"type": "spatial_dropout2d", "name": "spatial_dropout", "rate": 0.2},
    {"type": "conv2d_transpose", "name": "transposed", "filters": 6, "kernel_size": 3, "strides": 2,
     "padding": "same", "activation": "tanh"},
    {"type": "sequential", "name": "nested", "layers": [
        {"type": CONV, "name": "conv", "filters": 6, "kernel_size": 3, "strides": 2, "padding": "same",
         "use_bias": False},
        {"type": "batch_normalization", "name": "norm", "momentum": 0.9, "epsilon": 0.01, "scale": False},
        {"type": "activation", "name": "tanh", "activation": "tanh"},
        {"type": "up_sampling2d", "name": "up"},
    ]},
    {"type": "average_pooling2d", "name": "halved", "inputs": ["transposed"], "pool_size": 2},
    {"type": "up_sampling2d", "name": "bilinear", "size": [2, 2], "interpolation": "bilinear"},
    {"type": "concatenate", "name": "rows", "inputs": ["nested", "bilinear"], "axis": 1},
    {"type": CONV, "name": "shrink", "filters": 4, "kernel_size": [4, 3], "strides": [4, 2], "activation": "tanh"},
    {"type": FLATTEN, "name": "flat"},
    {"type": "reshape", "name": "image_again", "target_shape": [7, 8, 4]},
    {"type": CONV, "name": "read_again", "filters": 5, "kernel_size": 3, "activation": "tanh"},
    {"type": "global_average_pooling2d", "name": "global_average"},
    {"type": "global_max_pooling2d", "name": "global_max", "inputs": ["read_again"]},
    {"type": DENSE, "name": "units", "inputs": ["flat"], "units": 24, "activation": "tanh"},
    {"type": "batch_normalization", "name": "unit_norm", "center": False},
    {"type": "reshape", "name": "units_as_image", "target_shape": [2, 4, 3]},
    {"type": "layer_normalization", "name": "image_norm", "axis": [1, 2, 3], "epsilon": 0.01},
    {"type": "conv2d_transpose", "name": "grown", "filters": 2, "kernel_size": 2, "strides": 3, "activation": "silu"},
    {"type": FLATTEN, "name": "grown_units"},
    {"type": "concatenate", "name": "all", "inputs": ["global_average", "global_max", "grown_units"]},
    {"type": "layer_normalization", "name": "unit_layer_norm", "scale": False},
    {"type": "dropout", "name": "dropout", "rate": 0.3},
    {"type": DENSE, "name": "probabilities", "units": "classes", "activation": "softmax",
     "kernel_regularizer": {"type": "l1_l2", "l1": 0.0001, "l2": 0.0002}},
]


def every_layer():
    return {"input": {"width": 16, "height": 16, "channels": 3}, "layers": LAYERS}


def image(side, channels, layers):
    return {"input": {"width": side, "height": side, "channels": channels}, "layers": layers}
