"""Writes torch-schedules.json: the learning rate of every step of a training, for each schedule.

PyTorch's schedulers give the rates where they have the schedule. Keras' schedules are written out from its definition,
and held against PyTorch's where the two meet. Run `python test/engine/oracles/torch_schedules.py` with PyTorch
installed; the tests read only the file.
"""
import json
import math
import pathlib

import torch
from torch.optim import lr_scheduler as torch_schedules

STEPS_PER_EPOCH, STEPS = 5, 60


def pytorch(make, learning_rate, warmup=None, steps=STEPS):
    """The rates of a scheduler that is stepped after every training step; warmup is (start factor, steps)."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)
    if warmup:
        rising = torch_schedules.LinearLR(optimizer, start_factor=warmup[0], total_iters=warmup[1])
        schedulers = [rising, make(optimizer)]
        scheduler = torch_schedules.SequentialLR(optimizer, schedulers, milestones=[warmup[1]])
    else:
        scheduler = make(optimizer)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return rates


def exponential_decay(learning_rate, steps, rate, staircase=False):
    def at(step):
        p = step / steps
        return learning_rate * rate ** (math.floor(p) if staircase else p)

    return at


def polynomial_decay(learning_rate, steps, end, power, cycle=False):
    def at(step):
        length = steps
        if cycle:
            length = steps * (1.0 if step == 0 else math.ceil(step / steps))
        else:
            step = min(step, length)
        return (learning_rate - end) * (1 - step / length) ** power + end

    return at


def cosine_decay(learning_rate, steps, alpha):
    def at(step):
        cosine = 0.5 * (1 + math.cos(math.pi * min(step, steps) / steps))
        return learning_rate * ((1 - alpha) * cosine + alpha)

    return at


def cosine_decay_restarts(learning_rate, first, t_mul, m_mul, alpha):
    def at(step):
        completed = step / first
        if t_mul == 1:
            i = math.floor(completed)
            completed -= i
        else:
            i = math.floor(math.log(1 - completed * (1 - t_mul)) / math.log(t_mul) + 1e-12)
            completed = (completed - (1 - t_mul**i) / (1 - t_mul)) / t_mul**i
        cosine = 0.5 * m_mul**i * (1 + math.cos(math.pi * completed))
        return learning_rate * ((1 - alpha) * cosine + alpha)

    return at


def rates_of(at, steps=STEPS):
    return [at(step) for step in range(steps)]


def case(name, schedule, rates, learning_rate=0.1, source="pytorch"):
    return {"name": name, "source": source, "learning_rate": learning_rate, "schedule": schedule, "rates": rates}


def keras(name, schedule, at, learning_rate=0.1):
    return case(name, schedule, rates_of(at), learning_rate, "keras")


def per_epoch(factor_of):
    """A PyTorch scheduler whose factor is a function of the epoch."""
    return lambda optimizer: torch_schedules.LambdaLR(optimizer, lambda step: factor_of(step // STEPS_PER_EPOCH))


def pytorch_cases():
    t = torch_schedules
    return [
        case("constant", {"type": "constant"}, pytorch(lambda o: t.ConstantLR(o, factor=1), 0.1)),
        case(
            "constant, warm-up in steps",
            {"type": "constant", "warmup_steps": 7, "warmup_start_factor": 0.25},
            pytorch(lambda o: t.ConstantLR(o, factor=1), 0.1, (0.25, 7)),
        ),
        case(
            "constant, warm-up in epochs",
            {"type": "constant", "warmup_epochs": 2, "warmup_start_factor": 0.01},
            pytorch(lambda o: t.ConstantLR(o, factor=1), 0.1, (0.01, 2 * STEPS_PER_EPOCH)),
        ),
        case(
            "step",
            {"type": "step", "step_epochs": 3},
            pytorch(lambda o: t.StepLR(o, 3 * STEPS_PER_EPOCH, gamma=0.1), 0.1),
        ),
        case(
            "step, boundaries",
            {"type": "step", "boundaries": [2, 3, 7], "factor": 0.5},
            pytorch(lambda o: t.MultiStepLR(o, [10, 15, 35], gamma=0.5), 0.1),
        ),
        case(
            "step, warm-up",
            {"type": "step", "step_epochs": 2, "factor": 0.3, "warmup_steps": 8, "warmup_start_factor": 0.1},
            pytorch(lambda o: t.StepLR(o, 2 * STEPS_PER_EPOCH, gamma=0.3), 0.1, (0.1, 8)),
        ),
        case(
            "exponential, staircase",
            {"type": "exponential", "decay_rate": 0.9, "staircase": True},
            pytorch(per_epoch(lambda epoch: 0.9**epoch), 0.1),
        ),
        case(
            "exponential, every step",
            {"type": "exponential", "decay_rate": 0.95, "decay_steps": 1},
            pytorch(lambda o: t.ExponentialLR(o, gamma=0.95), 0.1),
        ),
        case(
            "polynomial to zero",
            {"type": "polynomial", "end_learning_rate": 0, "power": 2},
            pytorch(lambda o: t.PolynomialLR(o, STEPS, power=2), 0.1),
        ),
        case(
            "cosine",
            {"type": "cosine", "alpha": 0.2},
            pytorch(lambda o: t.CosineAnnealingLR(o, STEPS, eta_min=0.02), 0.1),
        ),
        case(
            "cosine, warm-up",
            {"type": "cosine", "warmup_epochs": 2, "warmup_start_factor": 0.1},
            pytorch(lambda o: t.CosineAnnealingLR(o, STEPS - 10), 0.1, (0.1, 10)),
        ),
        case(
            "cosine, equal restarts",
            {"type": "cosine", "decay_steps": 7, "restarts": {"t_mul": 1}},
            pytorch(lambda o: t.CosineAnnealingWarmRestarts(o, 7), 0.1),
        ),
        case(
            "cosine, longer restarts",
            {"type": "cosine", "decay_epochs": 1, "restarts": {}, "alpha": 0.1},
            pytorch(lambda o: t.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.01), 0.1),
        ),
        case(
            "one cycle",
            {"type": "one_cycle"},
            pytorch(lambda o: t.OneCycleLR(o, 0.1, total_steps=STEPS, cycle_momentum=False), 0.1),
        ),
        case(
            "one cycle, other parts",
            {"type": "one_cycle", "pct_start": 0.45, "div_factor": 10, "final_div_factor": 100},
            pytorch(
                lambda o: t.OneCycleLR(
                    o,
                    0.5,
                    total_steps=STEPS,
                    pct_start=0.45,
                    div_factor=10,
                    final_div_factor=100,
                    cycle_momentum=False,
                ),
                0.5,
            ),
            0.5,
        ),
        case(
            "one cycle, rising only",
            {"type": "one_cycle", "pct_start": 1},
            pytorch(lambda o: t.OneCycleLR(o, 0.1, total_steps=STEPS, pct_start=1.0, cycle_momentum=False), 0.1),
        ),
    ]


def keras_cases():
    return [
        keras("exponential, by epochs", {"type": "exponential"}, exponential_decay(0.1, STEPS_PER_EPOCH, 0.96)),
        keras(
            "exponential, staircase of steps",
            {"type": "exponential", "decay_rate": 0.7, "decay_steps": 8, "staircase": True},
            exponential_decay(0.1, 8, 0.7, staircase=True),
        ),
        keras("polynomial", {"type": "polynomial"}, polynomial_decay(0.1, STEPS, 1e-4, 1)),
        keras(
            "polynomial, ended early",
            {"type": "polynomial", "decay_epochs": 6, "end_learning_rate": 0.01, "power": 0.5},
            polynomial_decay(0.1, 30, 0.01, 0.5),
        ),
        keras(
            "polynomial, cycling",
            {"type": "polynomial", "decay_steps": 13, "end_learning_rate": 0.02, "power": 1.5, "cycle": True},
            polynomial_decay(0.1, 13, 0.02, 1.5, cycle=True),
        ),
        keras(
            "cosine, ended early",
            {"type": "cosine", "decay_steps": 40, "alpha": 0.05},
            cosine_decay(0.1, 40, 0.05),
        ),
        keras(
            "cosine, lower restarts",
            {"type": "cosine", "decay_steps": 3, "restarts": {"t_mul": 3, "m_mul": 0.5}, "alpha": 0.1},
            cosine_decay_restarts(0.1, 3, 3, 0.5, 0.1),
        ),
        keras(
            "cosine, restarts of broken length",
            {"type": "cosine", "decay_epochs": 1, "restarts": {"t_mul": 1.5, "m_mul": 0.9}},
            cosine_decay_restarts(0.1, 5, 1.5, 0.9, 0),
        ),
        keras(
            "cosine, equal and lower restarts",
            {"type": "cosine", "decay_steps": 9, "restarts": {"t_mul": 1, "m_mul": 0.8}},
            cosine_decay_restarts(0.1, 9, 1, 0.8, 0),
        ),
    ]


def compare_with_pytorch():
    def check(ours, theirs):
        torch.testing.assert_close(torch.tensor(ours), torch.tensor(theirs))

    t = torch_schedules
    check(rates_of(exponential_decay(0.1, 1, 0.9)), pytorch(lambda o: t.ExponentialLR(o, gamma=0.9), 0.1))
    check(rates_of(polynomial_decay(0.1, 50, 0, 1.5)), pytorch(lambda o: t.PolynomialLR(o, 50, power=1.5), 0.1))
    check(rates_of(cosine_decay(0.1, STEPS, 0.1)), pytorch(lambda o: t.CosineAnnealingLR(o, STEPS, eta_min=0.01), 0.1))
    for t_mul in (1, 2, 3):
        theirs = pytorch(lambda o: t.CosineAnnealingWarmRestarts(o, 4, T_mult=t_mul, eta_min=0.02), 0.1)
        check(rates_of(cosine_decay_restarts(0.1, 4, t_mul, 1, 0.2)), theirs)


class KerasPlateau:
    """keras.callbacks.ReduceLROnPlateau."""

    def __init__(self, mode, factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        self.is_min = mode == "min"
        self.factor, self.patience, self.min_delta = factor, patience, min_delta
        self.cooldown, self.min_lr = cooldown, min_lr
        self.best = math.inf if self.is_min else -math.inf
        self.wait = self.counter = 0

    def after(self, current, lr):
        if self.counter > 0:
            self.counter -= 1
            self.wait = 0
        better = current < self.best - self.min_delta if self.is_min else current > self.best + self.min_delta
        if better:
            self.best, self.wait = current, 0
        elif self.counter == 0:
            self.wait += 1
            if self.wait >= self.patience and lr > self.min_lr:
                lr = max(lr * self.factor, self.min_lr)
                self.counter, self.wait = self.cooldown, 0
        return lr


def plateaus():
    generator = torch.Generator().manual_seed(7)
    noise = torch.rand(60, generator=generator).tolist()
    falling = [round(1 / (1 + epoch / 4) + 0.1 * x, 4) for epoch, x in enumerate(noise)]
    rising = [round(1 - value, 4) for value in falling]
    options = [
        ("defaults", "min", {}, falling),
        ("impatient", "min", {"patience": 2, "factor": 0.5}, falling),
        ("cooling", "min", {"patience": 1, "factor": 0.8, "cooldown": 3}, falling),
        ("floor", "min", {"patience": 2, "factor": 0.3, "min_lr": 0.004}, falling),
        ("no patience", "min", {"patience": 0, "factor": 0.9, "cooldown": 2, "min_delta": 0.0}, falling),
        ("large steps only", "min", {"patience": 3, "factor": 0.6, "min_delta": 0.05}, falling),
        ("accuracy", "max", {"patience": 2, "factor": 0.5, "cooldown": 1}, rising),
    ]
    for name, mode, given, figures in options:
        plateau, lr, rates = KerasPlateau(mode, **given), 0.1, []
        for figure in figures:
            lr = plateau.after(figure, lr)
            rates.append(lr)
        monitor = "val_loss" if mode == "min" else "val_accuracy"
        schedule = {"type": "reduce_on_plateau", "monitor": monitor, **given}
        assert len(set(rates)) > 1 or name == "defaults", name
        yield {"name": name, "learning_rate": 0.1, "schedule": schedule, "figures": figures, "rates": rates}


def main():
    compare_with_pytorch()
    content = {
        "torch": torch.__version__,
        "steps_per_epoch": STEPS_PER_EPOCH,
        "steps": STEPS,
        "cases": pytorch_cases() + keras_cases(),
        "plateaus": list(plateaus()),
    }
    for found in content["cases"] + content["plateaus"]:
        print(found["name"], [round(rate, 5) for rate in found["rates"][::6]])
    path = pathlib.Path(__file__).with_name("torch-schedules.json")
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
