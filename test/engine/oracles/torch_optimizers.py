"""Writes torch-optimizers.json: weights of a small least-squares problem after some steps of each optimizer.

Where PyTorch has the same formula, PyTorch computes them; where Keras' differs (epsilon under the root of RMSprop and
Adagrad; Lion, which PyTorch does not have), the formula is written out here, and held against PyTorch's where the two
meet. Run `python test/engine/oracles/torch_optimizers.py` with PyTorch installed; the tests read only the file.
"""
import json
import pathlib

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_default_dtype(torch.float64)

STEPS = 40
STORED = (1, 2, 10, 40)
ROWS, INPUTS, UNITS = 16, 5, 3


def numbers(generator, *shape):
    """Multiples of 1/64 from -2 to 2, which float32 holds exactly."""
    return torch.randint(-128, 129, shape, generator=generator).double() / 64


def problem():
    generator = torch.Generator().manual_seed(2026)
    # Columns of different size, so that the gradients are.
    inputs = numbers(generator, ROWS, INPUTS) * torch.tensor([0.125, 0.5, 1.0, 2.0, 4.0])
    return {
        "inputs": inputs,
        "targets": numbers(generator, ROWS, UNITS) * 4,
        "kernel": numbers(generator, INPUTS, UNITS),
        "bias": numbers(generator, UNITS),
    }


def rate(base, step):
    return base * 0.97 ** (step - 1)


class KerasRmsprop:
    """keras.optimizers.RMSprop, with the learning rate outside the momentum, as PyTorch has it."""

    def __init__(self, weights, rho, momentum, epsilon, centered):
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.state = [[torch.zeros_like(w) for _ in range(3)] for w in weights]

    def direction(self, i, g):
        v, a, b = self.state[i]
        v = self.rho * v + (1 - self.rho) * g**2
        a = self.rho * a + (1 - self.rho) * g
        spread = v - a**2 if self.centered else v
        b = self.momentum * b + g / torch.sqrt(spread + self.epsilon)
        self.state[i] = [v, a, b]
        return b


class KerasAdagrad:
    def __init__(self, weights, initial_accumulator_value, epsilon):
        self.epsilon = epsilon
        self.sums = [torch.full_like(w, initial_accumulator_value) for w in weights]

    def direction(self, i, g):
        self.sums[i] = self.sums[i] + g**2
        return g / torch.sqrt(self.sums[i] + self.epsilon)


class KerasLion:
    def __init__(self, weights, beta_1, beta_2):
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.m = [torch.zeros_like(w) for w in weights]

    def direction(self, i, g):
        direction = torch.sign(self.beta_1 * self.m[i] + (1 - self.beta_1) * g)
        self.m[i] = self.beta_2 * self.m[i] + (1 - self.beta_2) * g
        return direction


class Formula:
    """A formula in the place of a PyTorch optimizer."""

    def __init__(self, weights, rule):
        self.weights, self.rule = weights, rule
        self.param_groups = [{"lr": None}]

    @torch.no_grad()
    def step(self):
        for i, w in enumerate(self.weights):
            w -= self.param_groups[0]["lr"] * self.rule.direction(i, w.grad)


def without(options, *names):
    return {name: value for name, value in options.items() if name not in names}


def make(options, weights):
    """The optimizer, without its weight decay, and where its values are from."""
    given = without(options, "type", "learning_rate", "weight_decay")
    kind, lr = options["type"], options["learning_rate"]
    if kind == "sgd":
        return torch.optim.SGD(weights, lr=lr, **given), "pytorch"
    if kind in ("adam", "adamw"):
        betas = (given["beta_1"], given["beta_2"])
        adam = torch.optim.Adam(weights, lr=lr, betas=betas, eps=given["epsilon"], amsgrad=given["amsgrad"])
        return adam, "pytorch"
    if kind == "adadelta":
        return torch.optim.Adadelta(weights, lr=lr, rho=given["rho"], eps=given["epsilon"]), "pytorch"
    rule = {"rmsprop": KerasRmsprop, "adagrad": KerasAdagrad, "lion": KerasLion}[kind]
    return Formula(weights, rule(weights, **given)), "keras"


def train(data, case, optimizer_of=make):
    weights = [data["kernel"].clone().requires_grad_(), data["bias"].clone().requires_grad_()]
    kernel, bias = weights
    options = case["optimizer"]
    optimizer, source = optimizer_of(options, weights)
    average = None
    if case.get("ema_decay"):
        module = torch.nn.ParameterList(weights)
        average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(case["ema_decay"]))
        average.update_parameters(module)  # The first call copies.
    stored, long = {}, 0
    for step in range(1, STEPS + 1):
        lr = rate(options["learning_rate"], step)
        for w in weights:
            w.grad = None
        loss = ((data["inputs"] @ kernel + bias - data["targets"]) ** 2).sum() / ROWS
        loss.backward()
        if case.get("clip_value"):
            torch.nn.utils.clip_grad_value_(weights, case["clip_value"])
        if case.get("clip_norm"):
            long += bool(torch.nn.utils.clip_grad_norm_(weights, case["clip_norm"]) > case["clip_norm"])
        with torch.no_grad():
            for w in weights:
                w *= 1 - lr * options["weight_decay"]
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
        if average:
            average.update_parameters(module)
        if step in STORED:
            stored[step] = flat(weights)
    assert ("at times" in case["name"]) == (0 < long < STEPS), (case["name"], long)
    result = {**case, "source": source, "weights": stored}
    if average:
        result["average"] = flat(average.parameters())
    return result


def flat(weights):
    return torch.cat([w.detach().reshape(-1) for w in weights]).tolist()


def cases():
    sgd = {"type": "sgd", "learning_rate": 0.01, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0}
    adam = {
        "type": "adam",
        "learning_rate": 0.05,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "amsgrad": False,
        "weight_decay": 0.0,
    }
    rmsprop = {
        "type": "rmsprop",
        "learning_rate": 0.02,
        "rho": 0.9,
        "momentum": 0.0,
        "epsilon": 1e-7,
        "centered": False,
        "weight_decay": 0.0,
    }
    adagrad = {
        "type": "adagrad",
        "learning_rate": 0.2,
        "initial_accumulator_value": 0.1,
        "epsilon": 1e-7,
        "weight_decay": 0.0,
    }
    adadelta = {"type": "adadelta", "learning_rate": 20.0, "rho": 0.95, "epsilon": 1e-7, "weight_decay": 0.0}
    lion = {"type": "lion", "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.99, "weight_decay": 0.0}
    odd_adam = {**adam, "beta_1": 0.6, "beta_2": 0.9, "epsilon": 0.05}
    optimizers = {
        "sgd": sgd,
        "sgd momentum": {**sgd, "momentum": 0.9},
        "sgd nesterov": {**sgd, "momentum": 0.8, "nesterov": True},
        "sgd nesterov decay": {**sgd, "momentum": 0.8, "nesterov": True, "weight_decay": 0.2},
        "adam": adam,
        "adam large epsilon": {**odd_adam, "weight_decay": 0.3},
        "adam no averages": {**adam, "beta_1": 0.0, "beta_2": 0.0, "epsilon": 1e-3},
        "adam amsgrad": {**odd_adam, "amsgrad": True},
        "adamw": {**adam, "type": "adamw", "weight_decay": 0.004},
        "adamw amsgrad": {**odd_adam, "type": "adamw", "amsgrad": True, "weight_decay": 0.1},
        "rmsprop": rmsprop,
        "rmsprop centered": {**rmsprop, "centered": True},
        "rmsprop momentum": {**rmsprop, "momentum": 0.7, "epsilon": 0.05},
        "rmsprop centered momentum decay": {
            **rmsprop,
            "rho": 0.8,
            "momentum": 0.7,
            "centered": True,
            "epsilon": 0.05,
            "weight_decay": 0.3,
        },
        "adagrad": adagrad,
        "adagrad decay": {**adagrad, "initial_accumulator_value": 1.5, "epsilon": 0.5, "weight_decay": 0.1},
        "adadelta": adadelta,
        "adadelta decay": {**adadelta, "learning_rate": 0.3, "rho": 0.8, "epsilon": 0.01, "weight_decay": 0.1},
        "lion": lion,
        "lion decay": {**lion, "learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.9, "weight_decay": 0.3},
    }
    found = [{"name": name, "optimizer": optimizer} for name, optimizer in optimizers.items()]
    return found + [
        {"name": "sgd, norm clipped", "optimizer": {**sgd, "momentum": 0.9}, "clip_norm": 2.0},
        {"name": "sgd, norm clipped at times", "optimizer": sgd, "clip_norm": 12.0},
        {"name": "adam, norm clipped", "optimizer": odd_adam, "clip_norm": 0.5},
        {"name": "sgd, values clipped", "optimizer": {**sgd, "momentum": 0.9}, "clip_value": 0.75},
        {"name": "sgd, values and norm clipped", "optimizer": sgd, "clip_value": 1.5, "clip_norm": 2.5},
        {"name": "sgd, averaged", "optimizer": {**sgd, "momentum": 0.9}, "ema_decay": 0.9},
        {"name": "adam, averaged", "optimizer": adam, "ema_decay": 0.98},
    ]


def compare_with_pytorch(data):
    """The formulas of RMSprop and Adagrad are PyTorch's where epsilon is too small to matter."""
    tiny = 1e-24

    def rmsprop(options, weights):
        given = {name: options[name] for name in ("momentum", "centered")}
        return torch.optim.RMSprop(weights, lr=1, alpha=options["rho"], eps=tiny, **given), "pytorch"

    def adagrad(options, weights):
        start = options["initial_accumulator_value"]
        return torch.optim.Adagrad(weights, lr=1, initial_accumulator_value=start, eps=tiny), "pytorch"

    def adamw(options, weights):
        betas = (options["beta_1"], options["beta_2"])
        given = {"eps": options["epsilon"], "amsgrad": options["amsgrad"], "weight_decay": options["weight_decay"]}
        return torch.optim.AdamW(weights, lr=1, betas=betas, **given), "pytorch"

    for case in cases():
        options = case["optimizer"]
        kind = options["type"]
        if kind in ("rmsprop", "adagrad"):
            small = {**case, "optimizer": {**options, "epsilon": tiny}}
            theirs = train(data, small, {"rmsprop": rmsprop, "adagrad": adagrad}[kind])
            ours = train(data, small)
        elif kind == "adamw":
            # Its own weight decay, in the place of the one that `train` applies.
            theirs = train(data, {**case, "optimizer": {**options, "weight_decay": 0.0}}, lambda _, w: adamw(options, w))
            ours = train(data, case)
        else:
            continue
        torch.testing.assert_close(torch.tensor(ours["weights"][STEPS]), torch.tensor(theirs["weights"][STEPS]))


def main():
    data = problem()
    compare_with_pytorch(data)
    content = {
        "torch": torch.__version__,
        "steps": STEPS,
        "rate_decay": 0.97,
        "problem": {name: {"shape": list(t.shape), "data": t.reshape(-1).tolist()} for name, t in data.items()},
        "cases": [train(data, case) for case in cases()],
    }
    for case in content["cases"]:
        print(case["name"], case["source"], max(abs(x) for x in case["weights"][STEPS]))
    path = pathlib.Path(__file__).with_name("torch-optimizers.json")
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
