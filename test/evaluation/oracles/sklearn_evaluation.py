"""Writes sklearn-evaluation.json: every figure of an evaluation of made-up predictions, as scikit-learn computes them.

Predictions are fractions of a power of two where many shall be equal, else float32. Run
`python test/evaluation/oracles/sklearn_evaluation.py` with scikit-learn and SciPy installed, then `npm run format`; the
tests read only the file that it wrote. What scikit-learn does not have is written here from its source, and says so.
"""
import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
random = np.random.default_rng(11)
BINS = 15


def number(value):
    """JSON has neither infinities nor NaN."""
    return float(value) if np.isfinite(value) else None


def wilson(right, count):
    found = stats.binomtest(int(right), int(count)).proportion_ci(0.95, method="wilson")
    return {"value": right / count, "low": number(found.low), "high": number(found.high)}


def averages(labels, predicted, **options):
    scores = lambda average: dict(
        zip(
            ("precision", "recall", "f1"),
            map(float, m.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)[:3]),
        )
    )
    return {name: scores(name) for name in ("macro", "weighted", "micro", *options.get("more", ()))}


def per_class(labels, predicted, positives, probabilities, classes):
    found = m.precision_recall_fscore_support(labels, predicted, labels=range(classes), zero_division=0)
    rows = []
    for place in range(classes):
        has, column = positives[:, place], probabilities[:, place]
        rows.append(
            {
                "precision": found[0][place],
                "recall": found[1][place],
                "f1": found[2][place],
                "support": int(found[3][place]),
                "roc_auc": float(m.roc_auc_score(has, column)) if 0 < has.sum() < len(has) else None,
                "average_precision": float(m.average_precision_score(has, column)) if has.sum() else None,
            }
        )
    return rows


def roc(has, column):
    if not 0 < has.sum() < len(has):
        return None
    points = m.roc_curve(has, column)
    return {"area": m.auc(points[0], points[1]), "points": [list(map(number, p)) for p in zip(*points)]}


def precision_recall(has, column):
    if not has.sum():
        return None
    precision, recall, thresholds = m.precision_recall_curve(has, column)
    points = zip(recall[::-1], precision[::-1], [None, *thresholds[::-1]])
    return {
        "area": m.average_precision_score(has, column),
        "points": [[float(r), float(p), None if t is None else float(t)] for r, p, t in points],
    }


def curves(positives, probabilities, places, micro):
    result = {}
    for name, draw in (("roc", roc), ("precision_recall", precision_recall)):
        drawn = [draw(positives[:, place], probabilities[:, place]) for place in places]
        found = [(curve["area"], positives[:, place].sum()) for curve, place in zip(drawn, places) if curve]
        areas, weights = zip(*found) if found else ((), ())
        all_together = draw(positives.ravel(), probabilities.ravel()) if micro else None
        result[name] = {
            "macro": float(np.mean(areas)) if found else None,
            "weighted": float(np.average(areas, weights=weights)) if found else None,
            "micro": all_together and all_together["area"],
            "curves": [curve for curve in drawn if curve],
        }
    return result


def calibration(confidences, right, log_loss, brier):
    """The error from scikit-learn's curve, weighted by the images of each bin."""
    accuracy, confidence = calibration_curve(right, confidences, n_bins=BINS)
    bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidences)
    counts = np.bincount(bins, minlength=BINS)
    shares = counts[counts > 0] / len(confidences)
    gaps = np.abs(accuracy - confidence)
    return {
        "ece": float((shares * gaps).sum()),
        "mce": float(gaps.max()),
        "log_loss": float(log_loss),
        "brier_score": float(brier),
        "bins": [
            {"count": int(c), "confidence": float(p), "accuracy": float(a)}
            for c, p, a in zip(counts[counts > 0], confidence, accuracy)
        ],
    }


def calibrate(task, labels, probabilities):
    if task == "binary":
        positive = probabilities[:, 1]
        brier = m.brier_score_loss(labels, positive)
        return calibration(positive, labels == 1, m.log_loss(labels, probabilities, labels=[0, 1]), brier)
    if task == "multilabel":
        columns = [(labels[:, i], probabilities[:, i]) for i in range(labels.shape[1])]
        log_loss = np.mean([m.log_loss(has, p, labels=[0, 1]) for has, p in columns])
        brier = np.mean([m.brier_score_loss(has, p) if 0 < has.sum() < len(has) else np.mean((p - has) ** 2) for has, p in columns])
        return calibration(probabilities.ravel(), labels.ravel() == 1, log_loss, brier)
    classes = range(probabilities.shape[1])
    best = probabilities.argmax(1)
    brier = np.mean(((probabilities - np.eye(len(classes))[labels]) ** 2).sum(1))
    if len(set(labels)) == len(classes):
        assert abs(brier - m.brier_score_loss(labels, probabilities, labels=list(classes), scale_by_half=False)) < 1e-12
    log_loss = m.log_loss(labels, probabilities, labels=list(classes))
    return calibration(probabilities.max(1), best == labels, log_loss, brier)


def top_k(labels, probabilities):
    """scikit-learn's own lets the order of the columns decide between equal probabilities; here they are all let in."""
    own = np.take_along_axis(probabilities, labels[:, None], 1)
    larger = (probabilities > own).sum(1)
    classes = probabilities.shape[1]
    has_ties = any(len(set(row)) < classes for row in probabilities)
    found = []
    for k in (2, 3, 5, 10):
        if k >= classes:
            break
        found.append({"k": k, "accuracy": float(np.mean(larger < k))})
        if not has_ties:
            theirs = m.top_k_accuracy_score(labels, probabilities, k=k, labels=list(range(classes)))
            assert abs(theirs - found[-1]["accuracy"]) < 1e-12
    return found


def label_errors(labels, probabilities):
    """Northcutt et al. 2021, equations 1 and 2: the off-diagonal of the confident joint."""
    classes = probabilities.shape[1]
    least = [probabilities[labels == j, j].mean() if (labels == j).any() else np.inf for j in range(classes)]
    found = []
    for row, (label, p) in enumerate(zip(labels, probabilities)):
        sure = [j for j in range(classes) if p[j] >= least[j]]
        if not sure:
            continue
        suggested = max(sure, key=lambda j: p[j])
        if suggested != label:
            found.append((row, int(suggested), float(p[suggested] - p[label])))
    return [found_row[0] for found_row in sorted(found, key=lambda f: (-f[2], f[0]))]


def classes_case(name, labels, probabilities, task="multiclass"):
    probabilities = np.asarray(probabilities, np.float32).astype(np.float64)
    labels = np.asarray(labels)
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(1)
    positives = np.eye(classes, dtype=int)[labels]
    places = [1] if task == "binary" else range(classes)
    kappa = m.cohen_kappa_score(labels, predicted)
    losses = -np.log(np.clip(probabilities[np.arange(len(labels)), labels], 2.0**-52, 1 - 2.0**-52))
    wrong = [row for row in range(len(labels)) if predicted[row] != labels[row]]
    return {
        "name": name,
        "task": task,
        "labels": labels.tolist(),
        "predictions": probabilities.ravel().tolist(),
        "width": classes,
        "expected": {
            "accuracy": wilson((predicted == labels).sum(), len(labels)),
            "balanced_accuracy": float(m.balanced_accuracy_score(labels, predicted)),
            "matthews_correlation": float(m.matthews_corrcoef(labels, predicted)),
            "cohen_kappa": number(kappa),
            **({} if task == "binary" else {"top_k": top_k(labels, probabilities)}),
            "per_class": per_class(labels, predicted, positives, probabilities, classes),
            "averages": averages(labels, predicted),
            "confusion": m.confusion_matrix(labels, predicted, labels=range(classes)).tolist(),
            **curves(positives, probabilities, places, micro=task != "binary"),
            "calibration": calibrate(task, labels, probabilities),
        },
        "mistakes": sorted(wrong, key=lambda row: (-losses[row], row)),
        "label_errors": label_errors(labels, probabilities),
    }


def labels_case(name, labels, probabilities):
    probabilities = np.asarray(probabilities, np.float32).astype(np.float64)
    predicted = (probabilities > 0.5).astype(int)
    width = labels.shape[1]
    shares = (predicted == labels).mean(1)
    reach = stats.norm.ppf(0.975) * shares.std(ddof=1) / np.sqrt(len(labels))
    tables = m.multilabel_confusion_matrix(labels, predicted)
    assert abs(shares.mean() - (1 - m.hamming_loss(labels, predicted))) < 1e-12
    return {
        "name": name,
        "task": "multilabel",
        "labels": labels.ravel().tolist(),
        "predictions": probabilities.ravel().tolist(),
        "width": width,
        "expected": {
            "accuracy": {
                "value": shares.mean(),
                "low": max(0, shares.mean() - reach),
                "high": min(1, shares.mean() + reach),
            },
            "subset_accuracy": wilson(int(round(m.accuracy_score(labels, predicted, normalize=False))), len(labels)),
            "per_class": per_class(labels, predicted, labels, probabilities, width),
            "averages": averages(labels, predicted, more=("samples",)),
            "label_counts": [
                dict(zip(("true_negative", "false_positive", "false_negative", "true_positive"), t.ravel().tolist()))
                for t in tables
            ],
            **curves(labels, probabilities, range(width), micro=True),
            "calibration": calibrate("multilabel", labels, probabilities),
        },
    }


def regression_case(name, actual, predicted):
    actual, predicted = (np.asarray(a, np.float32).astype(np.float64) for a in (actual, predicted))
    targets = []
    for t, p in zip(actual.T, predicted.T):
        residuals = t - p
        quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
        counts, edges = np.histogram(residuals, bins=31)
        targets.append(
            {
                "mae": m.mean_absolute_error(t, p),
                "rmse": m.root_mean_squared_error(t, p),
                "r2": number(m.r2_score(t, p)),
                "explained_variance": m.explained_variance_score(t, p) if len(t) > 1 else None,
                "median_absolute_error": m.median_absolute_error(t, p),
                "max_error": m.max_error(t, p),
                "residuals": {
                    "mean": residuals.mean(),
                    "std": residuals.std(),
                    "quantiles": [{"q": q, "value": v} for q, v in zip(quantiles, np.quantile(residuals, quantiles))],
                    "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
                },
            }
        )
    return {
        "name": name,
        "task": "regression",
        "labels": actual.ravel().tolist(),
        "predictions": predicted.ravel().tolist(),
        "width": actual.shape[1],
        "expected": {
            "targets": targets,
            "averages_over_targets": {
                "mae": m.mean_absolute_error(actual, predicted),
                "rmse": m.root_mean_squared_error(actual, predicted),
                "r2": number(m.r2_score(actual, predicted)),
            },
        },
    }


def temperature_case(task, labels, logits):
    """The root of the slope of the log loss in 1 / T, found by SciPy from the logits themselves."""
    labels = np.asarray(labels)
    if task == "multiclass":
        probabilities = special.softmax(logits, axis=1)
        slope = lambda b: np.mean((special.softmax(b * logits, axis=1) * logits).sum(1) - logits[np.arange(len(labels)), labels])
        after = lambda b: m.log_loss(labels, special.softmax(b * logits, axis=1), labels=range(logits.shape[1]))
    else:
        positive = special.expit(logits)
        probabilities = np.stack([1 - positive, positive], 1) if task == "binary" else positive
        slope = lambda b: np.mean((special.expit(b * logits) - labels) * logits)
        after = lambda b: m.log_loss(labels.ravel(), special.expit(b * logits).ravel())
    inverse = optimize.brentq(slope, 1e-2, 1e2, xtol=1e-15, rtol=1e-14)
    return {
        "task": task,
        "labels": labels.ravel().tolist(),
        "predictions": probabilities.ravel().tolist(),
        "width": probabilities.shape[1],
        "temperature": 1 / inverse,
        "log_loss_after": float(after(inverse)),
    }


def drawn(rows, weights, grain=None, lean=0.4):
    labels = random.choice(len(weights), rows, p=np.array(weights) / sum(weights))
    probabilities = random.dirichlet(np.ones(len(weights)), rows) * (1 - lean) + lean * np.eye(len(weights))[labels] * random.random((rows, 1))
    probabilities = probabilities / probabilities.sum(1, keepdims=True)
    return labels, np.round(probabilities * grain) / grain if grain else probabilities


def positive_only(labels, probabilities):
    return labels, np.stack([1 - probabilities[:, 1], probabilities[:, 1]], 1)


def drawn_labels(rows, width, grain=None):
    labels = (random.random((rows, width)) < np.linspace(0.15, 0.6, width)).astype(int)
    probabilities = np.clip(0.3 * labels + random.random((rows, width)) * 0.8, 0, 1)
    return labels, np.round(probabilities * grain) / grain if grain else probabilities


def noisy_values(rows, width):
    actual = random.normal(size=(rows, width)) * [3, 0.5, 40][:width] + [1, -2, 100][:width]
    return actual, actual * 0.9 + random.normal(size=(rows, width)) * [1, 0.3, 9][:width]


empty_label = drawn_labels(30, 4)
empty_label[0][:, 2] = 0
empty_label[0][:, 3] = 1
constant = noisy_values(12, 2)
constant[0][:, 1] = 5
constant[1][:, 1] = 5
constant_off = noisy_values(12, 1)
constant_off[0][:, 0] = 5
mislabelled = drawn(80, [1] * 4, lean=0.9)
mislabelled[0][::9] = (mislabelled[0][::9] + 1) % 4
logits = random.normal(size=(45, 5)) * 3
sampled = [random.choice(5, p=special.softmax(row / 2.5)) for row in logits]
scores = random.normal(size=60) * 4
cases = [
    classes_case("five classes", *drawn(60, [3, 1, 2, 2, 4])),
    classes_case("with equal probabilities", *drawn(70, [1, 1, 1, 1], 16)),
    classes_case("a class without images", *drawn(50, [2, 0, 3, 1])),
    classes_case("a class that is neither there nor predicted", [0, 1, 0, 1, 1], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.3, 0.5, 0.2], [0.1, 0.8, 0.1], [0.5, 0.4, 0.1]]),
    classes_case("images of one class alone", *drawn(20, [0, 1, 0])),
    classes_case("one image", [2], [[0.2, 0.3, 0.5]]),
    classes_case("all right", [0, 1, 2, 1], np.eye(3)[[0, 1, 2, 1]]),
    classes_case("all equal", [0, 1, 2, 1], np.full((4, 3), 1 / 4)),
    classes_case("many classes", *drawn(40, [1] * 11)),
    classes_case("two classes", *positive_only(*drawn(80, [3, 2])), task="binary"),
    classes_case("two classes with equal probabilities", *positive_only(*drawn(60, [1, 2], 8)), task="binary"),
    classes_case("two classes, one alone", *positive_only(*drawn(15, [0, 1], 8)), task="binary"),
    classes_case("labels that are wrong", *mislabelled),
    labels_case("four labels", *drawn_labels(60, 4)),
    labels_case("labels with equal probabilities", *drawn_labels(50, 3, 8)),
    labels_case("a label that none has and one that all have", *empty_label),
    regression_case("three targets", *noisy_values(60, 3)),
    regression_case("a target that never varies", *constant),
    regression_case("a target that never varies, with errors", *constant_off),
    regression_case("one image", [[1.5]], [[2]]),
]
temperatures = [
    temperature_case("multiclass", sampled, logits),
    temperature_case("binary", (random.random(60) < special.expit(scores / 3)).astype(int), scores),
    temperature_case("multilabel", (random.random((40, 3)) < special.expit(logits[:40, :3] * 2)).astype(int), logits[:40, :3]),
]

out = pathlib.Path(__file__).with_name("sklearn-evaluation.json")
versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
out.write_text(json.dumps({"versions": versions, "cases": cases, "temperatures": temperatures}))
