"""Writes torch-losses.json: every loss and its gradient with regard to the logits, as PyTorch computes them in float64.

Conventions are Keras 3's (label smoothing, alpha balancing of the focal losses, means over the units). Run
`python test/engine/oracles/torch_losses.py` with PyTorch installed, then `npm run format`; the tests read only the file
that it wrote.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(19)
torch.set_default_dtype(torch.float64)

MULTICLASS = {"task": "multiclass", "units": 4}
BINARY = {"task": "binary", "units": 1}
MULTILABEL = {"task": "multilabel", "units": 3}
REGRESSION = {"task": "regression", "units": 3}
SOFTMAX, SIGMOID = {"activation": "softmax"}, {"activation": "sigmoid"}
LINEAR, TANH = {"activation": "linear"}, {"activation": "tanh"}

CROSSENTROPY, SPARSE = {"type": "categorical_crossentropy"}, {"type": "sparse_categorical_crossentropy"}
BCE, HINGE, MSE, MAE = {"type": "binary_crossentropy"}, {"type": "hinge"}, {"type": "mse"}, {"type": "mae"}


def focal(gamma, alpha=0.25):
    return {"type": "focal", "gamma": gamma, "alpha": alpha}


def huber(delta):
    return {"type": "huber", "delta": delta}


CASES = [
    *[(loss, MULTICLASS | SOFTMAX, s) for loss in (CROSSENTROPY, SPARSE) for s in (0, 0.1)],
    *[(BCE, head | SIGMOID, s) for head in (BINARY, MULTILABEL, MULTICLASS) for s in (0, 0.2)],
    *[(focal(g), MULTICLASS | SOFTMAX, s) for g in (2, 0, 0.5, 5) for s in (0, 0.1)],
    *[(focal(g, 0.7), head | SIGMOID, s) for head in (BINARY, MULTILABEL) for g in (2, 0.5) for s in (0, 0.1)],
    (focal(2), MULTICLASS | SIGMOID, 0),
    *[(HINGE, head | end, 0) for head in (BINARY, MULTICLASS) for end in (LINEAR, TANH)],
    *[(loss, REGRESSION | end, 0) for loss in (MSE, MAE, huber(1), huber(0.3)) for end in (LINEAR, SIGMOID)],
]
ROWS = 8
ACTIVATIONS = {
    "softmax": lambda z: F.softmax(z, 1),
    "sigmoid": torch.sigmoid,
    "linear": lambda z: z,
    "tanh": torch.tanh,
}


def softplus(x):
    """Without the threshold of F.softplus, beyond which it is not exact."""
    return torch.logaddexp(x, torch.zeros_like(x))


def numbers(shape, scale=1.0):
    """Numbers that float32 holds exactly."""
    return (torch.randn(shape) * 64).round().div(64) * scale


def draw(head):
    """Logits, labels as the host has them, and targets of the shape of the logits."""
    units = head["units"]
    logits = numbers([ROWS, units], 2.0)
    if head["task"] == "regression":
        labels = numbers([ROWS, units])
        return logits, labels, labels
    if head["task"] == "multilabel":
        labels = torch.randint(2, [ROWS, units]).double()
        targets = labels
    elif head["task"] == "binary":
        labels = torch.randint(2, [ROWS])
        targets = labels[:, None].double()
    else:
        labels = torch.randint(units, [ROWS])
        targets = F.one_hot(labels, units).double()
    # The last rows are extreme: twice right, twice wrong.
    signs = 2 * targets[-4:] - 1
    scale = torch.tensor([30.0, 200.0, -30.0, -200.0])[:, None]
    logits[-4:] = signs * scale / (2 if units > 1 and head["task"] == "multiclass" else 1) + logits[-4:]
    return logits, labels, targets


def categorical_focal(z, t, gamma, alpha):
    """By p / (1 - p) = e^z / sum of the others' e^z, so that neither p nor 1 - p loses digits."""
    units = z.shape[1]
    others = z[:, None, :].expand(-1, units, -1).masked_fill(torch.eye(units).bool(), -torch.inf)
    odds = z - torch.logsumexp(others, 2)
    return (alpha * torch.exp(-gamma * softplus(odds)) * t * softplus(-odds)).sum(1)


def binary_focal(z, t, gamma, alpha):
    missing = t * torch.sigmoid(-z) + (1 - t) * torch.sigmoid(z)
    balance = t * alpha + (1 - t) * (1 - alpha)
    return (balance * missing**gamma * F.binary_cross_entropy_with_logits(z, t, reduction="none")).mean(1)


def rows(loss, head, smoothing, z, labels, t):
    y = ACTIVATIONS[head["activation"]](z)
    if "categorical_crossentropy" in loss["type"]:
        return F.cross_entropy(z, labels, label_smoothing=smoothing, reduction="none")
    if loss["type"] == "binary_crossentropy":
        smooth = t * (1 - smoothing) + smoothing / 2
        return F.binary_cross_entropy_with_logits(z, smooth, reduction="none").mean(1)
    if loss["type"] == "focal" and head["activation"] == "softmax":
        smooth = t * (1 - smoothing) + smoothing / head["units"]
        return categorical_focal(z, smooth, loss["gamma"], loss["alpha"])
    if loss["type"] == "focal":
        return binary_focal(z, t * (1 - smoothing) + smoothing / 2, loss["gamma"], loss["alpha"])
    if loss["type"] == "hinge":
        return torch.clamp(1 - (2 * t - 1) * y, min=0).mean(1)
    if loss["type"] == "huber":
        return F.huber_loss(y, t, delta=loss["delta"], reduction="none").mean(1)
    return {"mse": F.mse_loss, "mae": F.l1_loss}[loss["type"]](y, t, reduction="none").mean(1)


def listed(t):
    return [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]


def case(loss, head, smoothing):
    logits, labels, targets = draw(head)
    logits.requires_grad_()
    losses = rows(loss, head, smoothing, logits, labels, targets)
    seed = numbers([ROWS])
    losses.backward(seed)
    return {
        "loss": loss,
        "head": head,
        "label_smoothing": smoothing,
        "logits": listed(logits),
        "labels": listed(labels),
        "seed": listed(seed),
        "rows": listed(losses),
        "gradient": listed(logits.grad),
    }


values = {
    "torch": torch.__version__.split("+")[0],
    "rows": ROWS,
    "cases": [case(*arguments) for arguments in CASES],
}
target = pathlib.Path(__file__).with_name("torch-losses.json")
target.write_text(json.dumps(values, separators=(",", ":"), allow_nan=False) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes, {len(CASES)} cases")
