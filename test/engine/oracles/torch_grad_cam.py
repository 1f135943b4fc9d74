"""Writes torch-grad-cam.json: heat maps of whole models, as Captum's LayerGradCam computes them (captum.ai, PyTorch).

Images and weights are not stored: both sides make them (generator.py). Run `npm run build`, then `python
test/engine/oracles/torch_grad_cam.py` with PyTorch and Captum installed, then `npm run format`; the tests read only the
file that it wrote.
"""
import json
import pathlib

import torch
from captum.attr import LayerGradCam

import curve_models as models
import generator
from generator import CLASSES
from torch_models import Net

SEED, IMAGES = 3, 3


def ending(units, activation):
    return [{"type": "flatten"}, {"type": "dense", "units": 16, "activation": "tanh"},
            {"type": "dense", "units": units, "activation": activation}]


def convolutions(ends):
    return models.image(14, 3, [
        {"type": "conv2d", "name": "first", "filters": 8, "kernel_size": 3, "activation": "relu"},
        {"type": "max_pooling2d", "name": "pool", "pool_size": 2},
        {"type": "conv2d", "name": "second", "filters": 6, "kernel_size": 3, "padding": "same", "activation": "silu"},
        {"type": "batch_normalization", "name": "norm"},
        {"type": "dropout", "name": "drop", "rate": 0.5},
        *ends,
    ])


def nets():
    """A specification, the layers to look at (null: which one is left to the product, and the one expected), the outputs."""
    preset = {name: preset["spec"] for name, preset in models.presets().items()}
    return {
        "convolutions": (convolutions(ending("classes", "softmax")),
                         [(None, "norm"), ("first", "first"), ("pool", "pool"), ("second", "second")], [0, 7]),
        "labels": (convolutions(ending("classes", "sigmoid")), [(None, "norm")], [8, 2]),
        "values": (convolutions(ending("classes", "linear")), [(None, "norm")], [1, 6]),
        "two classes": (convolutions(ending(1, "sigmoid")), [(None, "norm"), ("first", "first")], [0, 1]),
        "mnist_convnet": (preset["mnist_convnet"], [(None, "pool2"), ("conv2", "conv2")], [2]),
        "resnet8": (preset["resnet8"], [(None, None)], [1, 9]),
        "mobilenet_small": (models.resized(preset["mobilenet_small"], 32), [(None, None)], [2, 5]),
        "every layer": (models.every_layer(),
                        [(None, "grown"), ("larger", "larger"), ("depthwise", "depthwise"), ("transposed", "transposed")],
                        [6]),
    }


class Explained(torch.nn.Module):
    """A net with a module at what a layer gives, which is what Captum looks at; `sign` -1 is the score of the other class."""

    def __init__(self, spec, layer, sign):
        super().__init__()
        self.net, self.tap, self.sign = Net(spec, SEED, torch.float64, classes=CLASSES), torch.nn.Identity(), sign
        self.net.taps[layer] = self.tap

    def forward(self, images):
        return self.sign * self.net.logits(images)


def last_maps(spec):
    """The last layer that gives an image of several pixels and is more than the one before it."""
    net = Net(spec, SEED, torch.float64, classes=CLASSES)
    net.logits(images_of(spec))
    return [name for name, shape in net.shapes.items() if len(shape) == 3 and shape[1] * shape[2] > 1][-1]


def images_of(spec):
    size = spec["input"]
    pixels = generator.pixels(SEED, [IMAGES, size["channels"], size["height"], size["width"]])
    return (pixels.float() * torch.tensor(1 / 255).float()).double()


def heat(spec, layer, output):
    is_pair = spec["layers"][-1]["units"] == 1
    model = Explained(spec, layer, -1 if is_pair and output == 0 else 1)
    images = images_of(spec).requires_grad_()
    target = 0 if is_pair else output
    maps = LayerGradCam(model, model.tap).attribute(images, target=target, relu_attributions=True)
    return maps.detach()[:, 0]


def main():
    specs, cases = {}, []
    for name, (spec, layers, outputs) in nets().items():
        specs[name] = spec
        for asked, expected in layers:
            layer = expected or last_maps(spec)
            for output in outputs:
                maps = heat(spec, layer, output)
                print(f"{name}, {layer}, output {output}: {list(maps.shape)}, up to {maps.max():.3g},",
                      f"{(maps > 0).float().mean():.0%} above 0")
                cases.append({"model": name, "asked": asked, "layer": layer, "output": output,
                              "shape": list(maps.shape), "heat": [float(f"{value:.9g}") for value in maps.flatten()]})
    values = {"torch": torch.__version__.split("+")[0], "seed": SEED, "images": IMAGES, "classes": CLASSES,
              "models": specs, "cases": cases}
    target = pathlib.Path(__file__).with_name("torch-grad-cam.json")
    target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
    print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
