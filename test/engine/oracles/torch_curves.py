"""Writes torch-curves.json: losses of 100 training steps of whole models, as PyTorch computes them.

Images, initial weights, dropout masks and noise are not stored: both sides make them (generator.py). Run `npm run build`,
then `python test/engine/oracles/torch_curves.py` with PyTorch installed, then `npm run format`; the tests read only the
file that it wrote. Names on the command line choose models and print their figures without writing anything.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

import curve_models as models
import generator
from generator import CLASSES
from torch_models import Net

STEPS, BATCHES, EVALUATED, SEEDS = 100, 4, 4, (1, 2, 3)


def sgd(learning_rate):
    return {"type": "sgd", "learning_rate": learning_rate, "momentum": 0.9}


def adam(learning_rate):
    return {"type": "adam", "learning_rate": learning_rate, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


def net(spec, batch, *optimizers, masks=False):
    """`masks`: there are ReLUs behind batch norms, whose masks turn on rounding; several seeds tell how much it matters."""
    return {"spec": spec, "batch": batch, "optimizers": optimizers, "masks": masks}


def nets():
    preset = {name: preset["spec"] for name, preset in models.presets().items()}
    resnet8 = preset["resnet8"]
    resnet20 = models.resized(preset["resnet20"], 16)
    mobilenet = models.resized(preset["mobilenet_small"], 32)
    return {
        "small convnet": net(models.image(14, 1, models.small_net("relu")), 16, sgd(0.05), adam(0.005)),
        "small convnet with tanh and colour": net(
            models.image(14, 3, models.small_net("tanh", "same")), 16, sgd(0.05), adam(0.005)),
        "strides, overlapping pools and mixed activations": net(
            models.image(14, 1, models.STRIDED), 16, sgd(0.05), adam(0.005)),
        "course": net(preset["course"], 4, sgd(0.002), adam(0.0002)),
        "lenet5": net(preset["lenet5"], 16, sgd(0.02), adam(0.001)),
        "mnist_convnet": net(preset["mnist_convnet"], 16, sgd(0.01), adam(0.001)),
        "every activation": net(models.every_activation(), 16, sgd(0.01), adam(0.001)),
        "every layer": net(models.every_layer(), 16, sgd(0.01), adam(0.001)),
        "resnet8 with tanh": net(models.with_tanh(resnet8), 8, sgd(0.005), adam(0.0005)),
        "resnet20 with tanh": net(models.with_tanh(resnet20), 8, sgd(0.005), adam(0.0005)),
        "mobilenet_small with tanh": net(models.with_tanh(mobilenet), 8, sgd(0.005), adam(0.0005)),
        "resnet8": net(resnet8, 8, sgd(0.002), adam(0.0003), masks=True),
        "resnet20": net(resnet20, 8, sgd(0.001), adam(0.0002), masks=True),
        "mobilenet_small": net(mobilenet, 8, sgd(0.001), adam(0.0002), masks=True),
    }


def make_optimizer(options, parameters):
    rate = options["learning_rate"]
    if options["type"] == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=options["momentum"])
    betas = (options["beta_1"], options["beta_2"])
    return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=options["epsilon"])


def rounded(values):
    return [float(f"{float(value):.9g}") for value in values]


def sums(tensors):
    """Σ over each tensor's numbers, in float64."""
    return rounded(tensor.detach().double().sum() for tensor in tensors)


def train(settings, options, seed, dtype, layout=torch.contiguous_format):
    """Losses of the steps; sums of weights before and of running statistics after; the trained model's probabilities."""
    spec, batch = settings["spec"], settings["batch"]
    size = spec["input"]
    pixels = generator.pixels(seed, [batch * BATCHES, size["channels"], size["height"], size["width"]])
    images = (pixels.float() * torch.tensor(1 / 255).float()).to(dtype)
    labels = torch.arange(batch * BATCHES) % CLASSES
    model = Net(spec, seed, dtype, layout, CLASSES)
    model.logits(images[:2])
    before = sums(model.parameters())
    optimizer = make_optimizer(options, model.parameters())
    losses = []
    for step in range(STEPS):
        rows = slice(step % BATCHES * batch, (step % BATCHES + 1) * batch)
        loss = F.cross_entropy(model.logits(images[rows], step + 1), labels[rows]) + model.penalty()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        answers = torch.softmax(model.logits(images[:EVALUATED]), 1).flatten()
    return {"losses": rounded(losses), "weight_sums": before, "statistic_sums": sums(model.statistics.values()),
            "probabilities": rounded(answers)}


def farthest(a, b):
    return max((abs(x - y) for x, y in zip(a, b)), default=0)


def report(name, options, seed, exact, distances):
    first, *_, last = exact["losses"]
    print(f"{name}, {options['type']}, seed {seed}: {first:.4f} to {last:.4f}; float32 is off by",
          ", ".join(f"{key} {distance:.1e}" for key, distance in distances.items()), flush=True)


def curve(name, settings, options, seed=1):
    exact, rough = [train(settings, options, seed, dtype) for dtype in (torch.float64, torch.float32)]
    report(name, options, seed, exact, {key: farthest(exact[key], rough[key]) for key in exact})
    del rough["weight_sums"]
    return {"model": name, "optimizer": options, "seed": seed, "weight_sums": exact.pop("weight_sums"),
            "float64": exact, "float32": rough}


def curve_with_masks(name, settings, options, seed):
    exact = train(settings, options, seed, torch.float64)
    layouts = {"float32": torch.contiguous_format, "channels_last": torch.channels_last}
    losses = {key: train(settings, options, seed, torch.float32, layout)["losses"] for key, layout in layouts.items()}
    report(name, options, seed, exact, {key: farthest(exact["losses"], rough) for key, rough in losses.items()})
    return {"model": name, "optimizer": options, "seed": seed, "weight_sums": exact["weight_sums"],
            "float64": exact["losses"], **losses}


def main(chosen):
    settings = {name: each for name, each in nets().items() if not chosen or name in chosen}
    pairs = [(name, each, options) for name, each in settings.items() for options in each["optimizers"]]
    curves = [curve(*each) for each in pairs if not each[1]["masks"]]
    with_masks = [curve_with_masks(*each, seed) for each in pairs if each[1]["masks"] for seed in SEEDS]
    if chosen:
        return
    stored = {name: {key: each[key] for key in ("spec", "batch")} for name, each in settings.items()}
    values = {"torch": torch.__version__.split("+")[0], "steps": STEPS, "batches": BATCHES, "classes": CLASSES,
              "evaluated": EVALUATED, "models": stored, "curves": curves, "curves_with_masks": with_masks}
    target = pathlib.Path(__file__).with_name("torch-curves.json")
    target.write_text(json.dumps(values, separators=(",", ":")) + "\n")
    print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
