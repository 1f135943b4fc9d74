"""Runs a model specification with PyTorch: the posted form, graphs and nested models included."""
import torch

import generator
from torch_layers import LAYERS, MERGES, activate


def flatten_layers(layers, prefix="", source="input"):
    """The layers in order, nested ones as "outer.inner", each with the names of what feeds it."""
    flat, last, ends = [], source, {"input": source}
    for i, layer in enumerate(layers):
        name = layer.get("name", f"layer{i}")
        inputs = [ends[input] for input in layer["inputs"]] if "inputs" in layer else [last]
        if layer["type"] == "sequential":
            inner = flatten_layers(layer["layers"], f"{prefix}{name}.", inputs[0])
            flat.extend(inner)
            last = inner[-1]["name"]
        else:
            last = prefix + name
            flat.append({**layer, "name": last, "inputs": inputs})
        ends[name] = last
    return flat


class Net:
    """A model with weights of one seed, in one precision and memory format."""

    def __init__(self, spec, seed, dtype, layout=torch.contiguous_format, classes=10):
        self.layers = flatten_layers(spec["layers"])
        self.seed, self.dtype, self.layout, self.classes = seed, dtype, layout, classes
        self.weights, self.statistics = {}, {}
        self.shapes = {}
        # Modules that what a layer gives goes through, by the layer's name.
        self.taps = {}
        self.training, self.step, self.streams, self.place = False, 0, 0, 0

    def parameters(self):
        return list(self.weights.values())

    def logits(self, images, step=None):
        """Of a training step counted from 1, or in evaluation where it is left out. Without the last softmax."""
        self.training, self.step, self.streams = step is not None, step, 0
        values = {"input": images.to(memory_format=self.layout)}
        for self.place, layer in enumerate(self.layers):
            inputs = [values[name] for name in layer["inputs"]]
            x = LAYERS[layer["type"]](layer, inputs if layer["type"] in MERGES else inputs[0], self)
            if layer["type"] != "softmax" and self.place < len(self.layers) - 1:
                x = activate(layer.get("activation", "linear"), x)
            if layer["name"] in self.taps:
                x = self.taps[layer["name"]](x)
            values[layer["name"]] = x
            self.shapes[layer["name"]] = x.shape[1:]
        return x

    def penalty(self):
        """Σ of the weights' own penalties (l1, l2), as Keras adds them to the loss."""
        total = torch.zeros((), dtype=self.dtype)
        for (place, name), weight in self.weights.items():
            kinds = self.layers[place].get(f"{name}_regularizer") or {}
            total = total + kinds.get("l1", 0) * weight.abs().sum() + kinds.get("l2", 0) * weight.square().sum()
        return total

    # What layers ask of their context.

    def weight(self, name, shape, fan_in):
        key = self.place, name
        kept = self.statistics if name.startswith("moving_") else self.weights
        if key not in kept:
            made = generator.weights(self.seed, self.place, name, shape, fan_in).to(self.dtype)
            kept[key] = made if kept is self.statistics else made.requires_grad_()
        return kept[key]

    def keep(self, name, value):
        self.statistics[self.place, name] = value

    def mask(self, rate, shape):
        self.streams += 1
        return generator.dropout_mask(self.seed, self.step, self.streams - 1, rate, shape)

    def noise(self, shape):
        self.streams += 1
        return generator.noise(self.seed, self.step, self.streams - 1, shape).to(self.dtype)

    def flattened_from(self, name):
        """[channels, height, width] of the image that the vector of this layer still has the order of, or None."""
        while name in self.shapes and len(self.shapes[name]) == 1:
            layer = next(layer for layer in self.layers if layer["name"] == name)
            [name, *_] = layer["inputs"]
            if layer["type"] == "flatten":
                return self.shapes[name] if len(self.shapes[name]) == 3 else self.flattened_from(name)
            if layer["type"] not in ("activation", "dropout"):
                return None
        return None
