"""Random numbers, images, weights, dropout masks and noise that the tests make as well, so that none of them is stored.

The integers are those of packages/engine/src/random/counter.ts: a number is a function of a key and an index.
"""
import math

import torch

WORD = 0xFFFFFFFF
GOLDEN = 0x9E3779B9
DROPOUT, NOISE, DATA, WEIGHTS = 3, 5, 3000, 3001
CLASSES = 10

# A weight's place in this list keeps its numbers apart from those of the layer's other weights.
WEIGHT_NAMES = ["kernel", "depthwise_kernel", "pointwise_kernel", "bias", "gamma", "beta", "alpha", "moving_mean",
                "moving_variance"]
# Where a weight that is no kernel starts: the middle and how far from it.
RANGES = {"gamma": (1, 0.25), "beta": (0, 0.25), "alpha": (0.25, 0.125), "moving_mean": (0, 0),
          "moving_variance": (1, 0)}


def mix32(x):
    """Of Python integers and of int64 tensors: what overflows 64 bits leaves the lower 32 as they are."""
    x = x & WORD
    x = ((x ^ (x >> 16)) * 0x21F0AAAD) & WORD
    x = ((x ^ (x >> 15)) * 0x735A2D97) & WORD
    return x ^ (x >> 15)


def stream_key(seed, *coordinates):
    first = mix32(seed + GOLDEN)
    second = mix32(first ^ 0x85EBCA6B)
    for coordinate in coordinates:
        first = mix32(first ^ mix32(coordinate + GOLDEN))
        second = mix32(second + first * 0x2C1B3C6D + coordinate)
    return first, second


def integers(count, seed, *coordinates):
    """Integers of 32 bits."""
    first, second = stream_key(seed, *coordinates)
    return mix32(mix32(torch.arange(count) + first) ^ second)


def pixels(seed, shape):
    """Noise, with a bright stripe wherever (row + column) % CLASSES is the image's class."""
    noise = (integers(torch.Size(shape).numel(), seed, DATA) >> 8) % 128
    label, _, row, column = torch.meshgrid(*[torch.arange(side) for side in shape], indexing="ij")
    return noise.reshape(shape) + 127 * ((row + column) % CLASSES == label % CLASSES)


def weights(seed, layer, name, shape, fan_in):
    """float32 numbers of a weight in Keras' order of axes; kernels and biases have the variance 1 / fan_in."""
    middle, reach = RANGES.get(name, (0, math.sqrt(3 / fan_in)))
    count = torch.Size(shape).numel()
    whole = integers(count, seed, WEIGHTS, layer, WEIGHT_NAMES.index(name)) >> 8
    return (middle + (whole.double() / 2**23 - 1) * reach).float().reshape(shape)


def dropout_mask(seed, step, stream, rate, shape):
    """As packages/engine/src/random/dropout-mask.ts: 16 bits a place, the lower ones first."""
    count = torch.Size(shape).numel()
    words = integers((count + 1) // 2, seed, DROPOUT, step, stream)
    levels = torch.stack([words & 0xFFFF, words >> 16], dim=1).flatten()[:count]
    dropped = round(rate * 65536)
    return (levels >= dropped).reshape(shape), 1 / (1 - dropped / 65536)


def noise(seed, step, stream, shape):
    """As packages/engine/src/random/noise.ts: standard normal numbers in float32, two for each two draws."""
    count = torch.Size(shape).numel()
    uniform = (integers(count + count % 2, seed, NOISE, step, stream).double() + 0.5) / 2**32
    radius, angle = torch.sqrt(-2 * torch.log(uniform[::2])), 2 * torch.pi * uniform[1::2]
    pairs = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
    return pairs.flatten()[:count].float().reshape(shape)
