"""Writes torch-curves.json: losses of 100 training steps of small nets, as PyTorch computes them in float32 and float64.

Images and initial weights are not stored: both sides make them with the generator below. Run
`python test/engine/oracles/torch_curves.py` with PyTorch installed, then `npm run format`; the tests read only the file
that it wrote.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

STEPS, BATCH, BATCHES, CLASSES = 100, 16, 4, 10

CONV, DENSE, POOL, FLATTEN = "conv2d", "dense", "max_pooling2d", "flatten"


def net(activation, pad="valid"):
    act = {"activation": activation}
    return [
        {"type": CONV, "filters": 8, "kernel_size": 3, "padding": pad, **act},
        {"type": POOL, "pool_size": 2},
        {"type": CONV, "filters": 12, "kernel_size": 3, **act},
        {"type": POOL, "pool_size": 2},
        {"type": FLATTEN},
        {"type": DENSE, "units": CLASSES, "activation": "softmax"},
    ]


STRIDED = [
    {"type": CONV, "filters": 6, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "leaky_relu"},
    {"type": POOL, "pool_size": 3, "strides": 2},
    {"type": CONV, "filters": 8, "kernel_size": [2, 3], "activation": "sigmoid", "use_bias": False},
    {"type": FLATTEN},
    {"type": DENSE, "units": 24, "activation": "tanh"},
    {"type": DENSE, "units": CLASSES, "activation": "softmax"},
]
NETS = {
    "mnist_convnet, smaller": {"channels": 1, "side": 14, "layers": net("relu")},
    "the same with tanh and colour": {"channels": 3, "side": 14, "layers": net("tanh", "same")},
    "strides, overlapping pools and mixed activations": {"channels": 1, "side": 14, "layers": STRIDED},
}
OPTIMIZERS = {
    "sgd": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    "adam": {"type": "adam", "learning_rate": 0.005, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
}
ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: x,
}


class Generator:
    """A linear congruential generator of 32 bits; the upper 24 of them are used."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state >> 8

    def pixels(self, shape):
        """Noise, with a bright stripe wherever (row + column) % CLASSES is the image's class."""
        count = torch.Size(shape).numel()
        noise = torch.tensor([self.next() % 128 for _ in range(count)]).reshape(shape)
        label, _, row, column = torch.meshgrid(*[torch.arange(side) for side in shape], indexing="ij")
        return noise + 127 * ((row + column) % CLASSES == label % CLASSES)

    def weights(self, shape, limit):
        count = torch.Size(shape).numel()
        return torch.tensor([(self.next() / 2**23 - 1) * limit for _ in range(count)]).float().reshape(shape)


def pair(value):
    return value if isinstance(value, list) else [value, value]


def same_pads(sides, kernel, strides):
    """Keras' "same": the odd pixel at the bottom and right."""
    total = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sides, kernel, strides)]
    (top, bottom), (left, right) = [(t // 2, t - t // 2) for t in total]
    return left, right, top, bottom


def convolve(layer, x, kernel, bias):
    strides = pair(layer.get("strides", 1))
    if layer.get("padding") == "same":
        x = F.pad(x, same_pads(x.shape[2:], kernel.shape[2:], strides))
    return F.conv2d(x, kernel, bias, strides)


def forward(layers, x, take):
    """Logits. `take(layer, weight, shape, fan_in)` answers a weight tensor."""
    for i, layer in enumerate(layers):
        if layer["type"] == POOL:
            x = F.max_pool2d(x, pair(layer["pool_size"]), pair(layer.get("strides", layer["pool_size"])))
            continue
        if layer["type"] == FLATTEN:
            x = x.flatten(1)
            continue
        is_conv = layer["type"] == CONV
        units = layer["filters" if is_conv else "units"]
        shape = [units, x.shape[1], *pair(layer["kernel_size"])] if is_conv else [x.shape[1], units]
        fan_in = shape[0] if not is_conv else shape[1] * shape[2] * shape[3]
        kernel = take(i, "kernel", shape, fan_in)
        bias = take(i, "bias", [units], fan_in) if layer.get("use_bias", True) else None
        x = convolve(layer, x, kernel, bias) if is_conv else F.linear(x, kernel.T, bias)
        x = ACTIVATIONS[layer["activation"]](x)
    return x


def make_optimizer(options, parameters):
    rate = options["learning_rate"]
    if options["type"] == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=options["momentum"])
    betas = (options["beta_1"], options["beta_2"])
    return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=options["epsilon"])


def curve(model, options, dtype):
    """Losses of the steps, and the sum of all weights before the first and after the last one."""
    generator = Generator(2026)
    pixels = generator.pixels([BATCH * BATCHES, model["channels"], model["side"], model["side"]])
    images = (pixels.float() * torch.tensor(1 / 255).float()).to(dtype)
    labels = torch.arange(BATCH * BATCHES) % CLASSES
    weights = {}

    def make(i, name, shape, fan_in):
        weights[i, name] = generator.weights(shape, fan_in**-0.5).to(dtype).requires_grad_()
        return weights[i, name]

    forward(model["layers"], images[:1], make)
    before = sum(w.double().sum().item() for w in weights.values())
    optimizer = make_optimizer(options, list(weights.values()))
    losses = []
    for step in range(STEPS):
        rows = slice(step % BATCHES * BATCH, (step % BATCHES + 1) * BATCH)
        logits = forward(model["layers"], images[rows], lambda i, name, shape, fan_in: weights[i, name])
        loss = F.cross_entropy(logits, labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(f"{loss.item():.9g}"))
    after = sum(w.double().sum().item() for w in weights.values())
    return losses, float(f"{before:.9g}"), float(f"{after:.9g}")


def record(name, model, optimizer, options):
    losses32, before, after = curve(model, options, torch.float32)
    losses64, _, after64 = curve(model, options, torch.float64)
    print(f"{name}, {optimizer}: {losses64[0]:.4f} to {losses64[-1]:.4f};",
          f"float32 and float64 differ by {max(abs(a - b) for a, b in zip(losses32, losses64)):.1e}")
    return {"name": name, **model, "optimizer": options, "weight_sum": before, "weight_sum_after": after64,
            "loss_float32": losses32, "loss_float64": losses64}


curves = [record(n, m, o, options) for n, m in NETS.items() for o, options in OPTIMIZERS.items()]
shape = {"batch": BATCH, "batches": BATCHES, "classes": CLASSES}
target = pathlib.Path(__file__).with_name("torch-curves.json")
values = {"torch": torch.__version__.split("+")[0], **shape, "curves": curves}
target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes")
