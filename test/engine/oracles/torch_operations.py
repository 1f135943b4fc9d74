"""Writes torch-operations.json: outputs and gradients of single operations as PyTorch computes them in float64.

Run `python test/engine/oracles/torch_operations.py` with PyTorch installed, then `npm run format`; the tests read only
the file that it wrote.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(2026)
torch.set_default_dtype(torch.float64)

CONVOLUTIONS = [
    {"x": [2, 3, 6, 7], "w": [4, 3, 3, 3]},
    {"x": [2, 3, 7, 6], "w": [4, 3, 3, 2], "strides": [2, 3]},
    {"x": [2, 2, 8, 9], "w": [3, 2, 3, 3], "strides": [3, 4]},
    {"x": [1, 2, 5, 6], "w": [4, 2, 3, 3], "pads": [1, 1, 1, 1]},
    {"x": [1, 2, 5, 6], "w": [4, 2, 4, 2], "pads": [1, 0, 2, 1]},
    {"x": [2, 2, 7, 8], "w": [2, 2, 3, 3], "pads": [0, 0, 1, 1], "strides": [2, 2]},
    {"x": [1, 2, 8, 9], "w": [2, 2, 3, 2], "dilations": [2, 3]},
    {"x": [2, 4, 5, 6], "w": [6, 2, 3, 3], "group": 2},
    {"x": [2, 3, 6, 5], "w": [3, 1, 3, 3], "group": 3, "pads": [1, 1, 1, 1], "strides": [2, 1]},
    {"x": [2, 4, 8, 7], "w": [4, 2, 2, 3], "group": 2, "pads": [2, 1, 0, 1], "strides": [2, 2], "dilations": [2, 1]},
    {"x": [2, 3, 4, 5], "w": [5, 3, 1, 1]},
    {"x": [2, 2, 8, 7], "w": [6, 1, 3, 2], "group": 2, "pads": [1, 0, 1, 1], "dilations": [2, 3]},
    {"x": [1, 6, 7, 9], "w": [3, 2, 3, 3], "group": 3, "pads": [0, 1, 1, 0], "strides": [2, 4]},
]
POOLS = [
    {"x": [2, 3, 6, 8], "kernel_shape": [2, 2], "strides": [2, 2]},
    {"x": [2, 2, 7, 9], "kernel_shape": [2, 2], "strides": [2, 2]},
    {"x": [2, 2, 7, 8], "kernel_shape": [3, 2], "strides": [3, 2]},
    {"x": [2, 2, 7, 8], "kernel_shape": [3, 3], "strides": [2, 2]},
    {"x": [2, 2, 6, 7], "kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 0, 1]},
    {"x": [1, 2, 7, 8], "kernel_shape": [2, 3], "strides": [1, 2], "dilations": [2, 1]},
    {"x": [2, 3, 4, 5], "kernel_shape": [4, 5], "strides": [1, 1]},
]
AVERAGE_POOLS = [
    {"x": [2, 3, 6, 8], "kernel_shape": [2, 2], "strides": [2, 2]},
    {"x": [2, 2, 7, 8], "kernel_shape": [3, 2], "strides": [3, 2]},
    {"x": [2, 2, 7, 8], "kernel_shape": [3, 3], "strides": [2, 2]},
    {"x": [2, 2, 6, 7], "kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 0, 1]},
    {"x": [1, 2, 5, 4], "kernel_shape": [3, 2], "strides": [1, 1], "pads": [1, 0, 1, 1]},
    {"x": [1, 2, 8, 9], "kernel_shape": [2, 2], "strides": [3, 4]},
]
TRANSPOSED = [
    {"x": [2, 3, 4, 5], "w": [3, 4, 3, 3]},
    {"x": [2, 3, 4, 3], "w": [3, 2, 3, 2], "strides": [2, 3]},
    {"x": [1, 2, 4, 3], "w": [2, 3, 3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1]},
    {"x": [1, 2, 3, 4], "w": [2, 3, 3, 3], "strides": [2, 3], "pads": [1, 1, 1, 0], "output_padding": [1, 2]},
    {"x": [1, 2, 4, 3], "w": [2, 2, 2, 3], "dilations": [3, 2], "pads": [0, 1, 2, 1]},
    {"x": [2, 4, 3, 4], "w": [4, 3, 3, 2], "group": 2, "strides": [1, 2]},
    {"x": [2, 3, 3, 3], "w": [3, 1, 4, 4], "group": 3, "strides": [2, 2], "pads": [1, 1, 1, 1]},
]
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: F.softmax(x, dim=1),
}


def numbers(shape, grain=64):
    """Numbers that float32 holds exactly; a coarse grain makes ties."""
    return (torch.randn(shape) * grain).round().div(grain).requires_grad_()


def pad(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def tensor(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.7g}") for v in t.detach().flatten().tolist()]}


def case(attributes, inputs, output):
    """The output and, for a random gradient that comes in, the gradient of each input."""
    seed = numbers(list(output.shape)).detach()
    output.backward(seed)
    return {
        "attributes": attributes,
        "inputs": {name: tensor(value) for name, value in inputs.items()},
        "seed": tensor(seed),
        "output": tensor(output),
        "gradients": {name: tensor(value.grad) for name, value in inputs.items()},
    }


def convolution(spec):
    window = {"strides": [1, 1], "dilations": [1, 1], "pads": [0, 0, 0, 0], "group": 1, **spec}
    x, w, b = numbers(window.pop("x")), numbers(window.pop("w")), numbers([spec["w"][0]])
    y = F.conv2d(pad(x, window["pads"]), w, b, window["strides"], 0, window["dilations"], window["group"])
    return case({**window, "kernel_shape": list(w.shape[2:])}, {"x": x, "w": w, "b": b}, y)


def pool(spec):
    window = {"dilations": [1, 1], "pads": [0, 0, 0, 0], **spec}
    x = numbers(window.pop("x"), grain=2)
    padded = pad(x, window["pads"], float("-inf"))
    return case(window, {"x": x}, F.max_pool2d(padded, window["kernel_shape"], window["strides"], 0, window["dilations"]))


def average_pool(spec):
    """The mean of the pixels that are there: pads do not count."""
    window = {"dilations": [1, 1], "pads": [0, 0, 0, 0], **spec}
    x = numbers(window.pop("x"))
    size, strides = window["kernel_shape"], window["strides"]
    share = F.avg_pool2d(pad(torch.ones_like(x[:1, :1]), window["pads"]), size, strides)
    return case(window, {"x": x}, F.avg_pool2d(pad(x, window["pads"]), size, strides) / share)


def transposed_convolution(spec):
    """The whole output, with what `pads` says cut off at each side."""
    whole = {"strides": [1, 1], "dilations": [1, 1], "pads": [0, 0, 0, 0], "group": 1, "output_padding": [0, 0]}
    window = {**whole, **spec}
    x, w = numbers(window.pop("x")), numbers(window.pop("w"))
    b = numbers([w.shape[1] * window["group"]])
    order = window["strides"], 0, window["output_padding"], window["group"], window["dilations"]
    y = pad(F.conv_transpose2d(x, w, b, *order), [-count for count in window["pads"]])
    return case({**window, "kernel_shape": list(w.shape[2:])}, {"x": x, "w": w, "b": b}, y)


def global_average_pool(shape):
    x = numbers(shape)
    return case({}, {"x": x}, x.mean([2, 3], keepdim=True))


def linear(batch, inputs, units):
    x, kernel, bias = numbers([batch, inputs]), numbers([inputs, units]), numbers([units])
    return case({}, {"x": x, "kernel": kernel, "bias": bias}, F.linear(x, kernel.T, bias))


def activation(name, shape):
    x = numbers(shape)
    return case({"type": name}, {"x": x}, ACTIVATIONS[name](x))


def main():
    values = {
        "torch": torch.__version__.split("+")[0],
        "conv": [convolution(spec) for spec in CONVOLUTIONS],
        "conv_transpose": [transposed_convolution(spec) for spec in TRANSPOSED],
        "max_pool": [pool(spec) for spec in POOLS],
        "average_pool": [average_pool(spec) for spec in AVERAGE_POOLS],
        "global_average_pool": [global_average_pool(shape) for shape in ([2, 3, 4, 5], [1, 2, 7, 1])],
        "linear": [linear(3, 5, 4), linear(1, 16, 10)],
        "activation": [activation(name, shape) for name in ACTIVATIONS for shape in ([3, 7], [2, 4, 2, 3])],
    }
    target = pathlib.Path(__file__).with_name("torch-operations.json")
    target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
    print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
