"""Writes sklearn-metrics.json: every metric of made-up predictions, as scikit-learn computes them.

Predictions are sixty-fourths, so that float32 holds them exactly and many are equal. Run
`python test/engine/oracles/sklearn_metrics.py` with scikit-learn installed, then `npm run format`; the tests read only
the file that it wrote.
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(7)


def scores(labels, predicted, classes, average):
    """Without `labels`, a macro average is over the classes that occur among the labels or the predictions."""
    per_class = m.f1_score(labels, predicted, labels=range(classes), average=None, zero_division=0)
    options = {"average": average, "zero_division": 0}
    return {
        "precision": m.precision_score(labels, predicted, **options),
        "recall": m.recall_score(labels, predicted, **options),
        "f1": m.f1_score(labels, predicted, **options),
        **{f"f1/{name}": score for name, score in enumerate(per_class)},
    }


def area(positive, predictions):
    """None where there are no pairs to compare."""
    return m.roc_auc_score(positive, predictions) if 0 < positive.sum() < len(positive) else None


def mean_area(positives, predictions):
    areas = [area(positive, column) for positive, column in zip(positives.T, predictions.T)]
    found = [a for a in areas if a is not None]
    return {"auc": np.mean(found)} if found else {}


def top_k(labels, predictions, k):
    """scikit-learn's own lets the order of the columns decide between equal predictions; here they are all let in."""
    own = np.take_along_axis(predictions, labels[:, None], 1)
    return np.mean((predictions > own).sum(1) < k)


def multiclass(rows, classes, weights, grain):
    labels = random.choice(classes, rows, p=np.array(weights) / sum(weights))
    raw = random.dirichlet(np.ones(classes), rows) + 0.35 * np.eye(classes)[labels] * random.random((rows, 1))
    predictions = np.round(raw * grain) / grain
    expected = {
        "accuracy": m.accuracy_score(labels, predictions.argmax(1)),
        **scores(labels, predictions.argmax(1), classes, "macro"),
        **mean_area(np.eye(classes)[labels], predictions),
    }
    for k in (1, 2, 3):
        expected[f"top {k}"] = top_k(labels, predictions, k)
        distinct = predictions + random.random(predictions.shape) * 1e-9
        if k < classes and len(set(labels)) == classes:
            assert abs(m.top_k_accuracy_score(labels, distinct, k=k) - top_k(labels, distinct, k)) < 1e-12
    return case("multiclass", classes, predictions, labels, expected)


def binary(rows, share, grain):
    labels = (random.random(rows) < share).astype(int)
    positive = np.clip(np.round((random.random(rows) * 0.8 + 0.2 * labels) * grain) / grain, 0, 1)
    predictions = np.stack([1 - positive, positive], 1)
    predicted = (positive > 0.5).astype(int)
    found = area(labels, positive)
    expected = {
        "accuracy": m.accuracy_score(labels, predicted),
        **scores(labels, predicted, 2, "binary"),
        **({} if found is None else {"auc": found}),
    }
    return case("binary", 2, predictions, labels, expected)


def multilabel(rows, shares, grain):
    width = len(shares)
    labels = (random.random((rows, width)) < np.array(shares)).astype(int)
    predictions = np.clip(np.round((random.random((rows, width)) * 0.8 + 0.25 * labels) * grain) / grain, 0, 1)
    predicted = (predictions > 0.5).astype(int)
    expected = {
        "accuracy": np.mean(predicted == labels),
        **scores(labels, predicted, width, "macro"),
        **mean_area(labels, predictions),
    }
    return case("multilabel", width, predictions, labels, expected)


def regression(rows, width):
    labels = np.round(random.normal(size=(rows, width)) * 64) / 64
    predictions = np.round((labels + random.normal(size=(rows, width)) * 0.5) * 64) / 64
    expected = {
        "mae": m.mean_absolute_error(labels, predictions),
        "rmse": np.sqrt(m.mean_squared_error(labels, predictions)),
    }
    return case("regression", width, predictions, labels, expected)


def case(task, width, predictions, labels, expected):
    return {
        "task": task,
        "width": width,
        "rows": len(labels),
        "predictions": predictions.flatten().tolist(),
        "labels": labels.flatten().tolist(),
        "expected": {name: float(value) for name, value in expected.items()},
    }


values = {
    "scikit_learn": sklearn.__version__,
    "cases": [
        binary(40, 0.4, 64),
        binary(30, 0.2, 4),
        binary(12, 0.0, 64),
        binary(12, 1.1, 64),
        multiclass(45, 3, [1, 1, 1], 64),
        multiclass(40, 3, [4, 1, 1], 4),
        multiclass(60, 10, [30, 12, 8, 5, 3, 2, 1, 1, 0, 0], 64),
        multiclass(8, 10, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 8),
        multilabel(40, [0.5, 0.3, 0.7], 64),
        multilabel(30, [0.5, 0.1, 0.0, 1.1], 8),
        multilabel(10, [0.0, 0.0], 64),
        regression(30, 1),
        regression(20, 3),
    ],
}
target = pathlib.Path(__file__).with_name("sklearn-metrics.json")
target.write_text(json.dumps(values, separators=(",", ":"), allow_nan=False) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes, {len(values['cases'])} cases")
