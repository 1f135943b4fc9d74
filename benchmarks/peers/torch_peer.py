"""PyTorch as a rival: times its training steps or predictions on request, in the lines of lines.py.

    torch_peer.py --network resnet8 --batch 64 --mode train|predict --threads 2

A setting is `<layout>:<execution>`, and for training `:<Adam>` too, for example `channels_last:eager:foreach`. Layouts are
nchw and channels_last; a training's execution is eager or compile (torch.compile), and a prediction's eager, script
(torch.jit.trace and optimize_for_inference) or compile. compile and the fused Adam are named where this PyTorch has them.
"""

import argparse
import warnings

import torch
from lines import serve
from torch.nn import functional
from torch_models import CLASSES, NETWORKS

# Tiny, as ours: a batch that is learnt by heart drifts into denormal numbers, which are slow.
LEARNING_RATE = 1e-7
LAYOUTS = ("nchw", "channels_last")


def has_compile():
    return hasattr(torch, "compile")


def has_fused_adam():
    """For the CPU since 2.4."""
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    return version >= (2, 4)


def settings_of(mode):
    """All that are worth trying; compiled last, and with each kind of Adam, which is outside of what is compiled."""
    executions = ["eager"] + (["script"] if mode == "predict" else []) + (["compile"] if has_compile() else [])
    if mode == "predict":
        return [f"{layout}:{execution}" for execution in executions for layout in LAYOUTS]
    adams = ["single", "foreach"] + (["fused"] if has_fused_adam() else [])
    return [f"{layout}:{execution}:{adam}" for execution in executions for layout in LAYOUTS for adam in adams]


def adam(kind, parameters):
    # False, not nothing: newer versions choose by themselves where nothing is said.
    chosen = {"fused": True} if kind == "fused" else {"foreach": kind == "foreach"}
    return torch.optim.Adam(parameters, LEARNING_RATE, **chosen)


def opened(network, batch, layout):
    make, shape = NETWORKS[network]
    torch.manual_seed(0)
    model, images = make(), torch.rand(batch, *shape)
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    return model, images


def training(network, batch, setting):
    layout, execution, kind = setting.split(":")
    model, images = opened(network, batch, layout)
    labels = torch.arange(batch) % CLASSES
    model.train()
    optimizer = adam(kind, model.parameters())
    forward = torch.compile(model) if execution == "compile" else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(forward(images), labels).backward()
        optimizer.step()

    return step


def prediction(network, batch, setting):
    layout, execution = setting.split(":")
    model, images = opened(network, batch, layout)
    model.eval()
    with torch.no_grad():
        if execution == "script":
            model = torch.jit.optimize_for_inference(torch.jit.trace(model, images))
        elif execution == "compile":
            model = torch.compile(model)

    def step():
        with torch.no_grad():
            model(images)

    return step


def count(network):
    make, _ = NETWORKS[network]
    return sum(parameter.numel() for parameter in make().parameters())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=sorted(NETWORKS), required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--mode", choices=("train", "predict"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    open_step = training if options.mode == "train" else prediction
    about = {"name": "PyTorch", "version": torch.__version__, "parameters": count(options.network)}
    serve(about, settings_of(options.mode), lambda setting: open_step(options.network, options.batch, setting))


if __name__ == "__main__":
    main()
