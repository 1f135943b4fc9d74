"""Writes optuna-values.json: densities of Optuna's Parzen estimator, its split of trials, and its fANOVA importances.

Run with Optuna 5 and scikit-learn: python test/sweeps/oracles/optuna-values.py
"""

import json
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

optuna.logging.set_verbosity(optuna.logging.ERROR)

CHOICES = ["relu", "elu", "tanh"]
SPACE = {
    "/training/a": FloatDistribution(-1.0, 3.0),
    "/training/b": FloatDistribution(1e-5, 1e-1, log=True),
    "/training/c": IntDistribution(1, 9),
    "/training/d": IntDistribution(1, 512, log=True),
    "/training/e": FloatDistribution(0.0, 1.0, step=0.25),
    "/training/f": CategoricalDistribution(CHOICES),
}


def drawn(rng, n):
    rows = []
    for _ in range(n):
        rows.append(
            {
                "/training/a": float(rng.uniform(-1, 3)),
                "/training/b": float(np.exp(rng.uniform(np.log(1e-5), np.log(1e-1)))),
                "/training/c": int(rng.integers(1, 10)),
                "/training/d": int(np.clip(np.round(np.exp(rng.uniform(0, np.log(512)))), 1, 512)),
                "/training/e": float(rng.integers(0, 5) * 0.25),
                "/training/f": CHOICES[int(rng.integers(0, 3))],
            }
        )
    return rows


def internal(rows, names):
    return {
        name: np.array([SPACE[name].to_internal_repr(row[name]) for row in rows], dtype=float) for name in names
    }


def densities():
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    rng = np.random.default_rng(0)
    cases = []
    groups = [[name] for name in SPACE] + [list(SPACE)]
    for names in groups:
        # Equal observations have kernels of different widths, and which has which is left to how numpy sorts: more than
        # a few are compared only where none are equal.
        has_ties = any(isinstance(SPACE[name], IntDistribution) or name == "/training/e" for name in names)
        for n in [0, 1, 2, 7] if has_ties else [0, 1, 2, 7, 40]:
            observed, asked = drawn(rng, n), drawn(rng, 6)
            estimator = _ParzenEstimator(internal(observed, names), {name: SPACE[name] for name in names}, parameters)
            cases.append(
                {
                    "names": names,
                    "observed": [{name: row[name] for name in names} for row in observed],
                    "asked": [{name: row[name] for name in names} for row in asked],
                    "log_densities": estimator.log_pdf(internal(asked, names)).tolist(),
                }
            )
    return cases


def importances():
    """An objective in which a matters most, then f, then c and e hardly. All are linear: Optuna's forest knows no other scale."""
    rng = np.random.default_rng(1)
    study = optuna.create_study(direction="minimize")
    names = ["/training/a", "/training/c", "/training/e", "/training/f"]
    rows = drawn(rng, 120)
    values = []
    for row in rows:
        a = (row["/training/a"] + 1) / 4
        value = 3 * a + (1.2 if row["/training/f"] == "elu" else 0.0) + 0.1 * row["/training/c"]
        values.append(float(value))
        params = {name: row[name] for name in names}
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions={n: SPACE[n] for n in names}, value=float(value))
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {"rows": [{n: row[n] for n in names} for row in rows], "values": values, "importances": dict(found)}


result = {"optuna": optuna.__version__, "densities": densities(), "fanova": importances()}
path = pathlib.Path(__file__).with_name("optuna-values.json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
