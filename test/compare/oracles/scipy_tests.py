"""Writes scipy-tests.json: tests of significance as SciPy computes them.

Run `python test/compare/oracles/scipy_tests.py` with SciPy installed, then `npm run format`; the tests read only the file
that it wrote. SciPy has no McNemar test: it is put together from its binomial test and its chi-squared distribution.
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import special, stats

random = np.random.default_rng(11)


def mcnemar(first, second):
    discordant = first + second
    if discordant < 25:
        p = stats.binomtest(min(first, second), discordant, 0.5).pvalue if discordant else 1.0
        return {"only_first": first, "only_second": second, "statistic": None, "p": p}
    statistic = max(0, abs(first - second) - 1) ** 2 / discordant
    return {"only_first": first, "only_second": second, "statistic": statistic, "p": stats.chi2.sf(statistic, 1)}


def wilcoxon(differences, method):
    result = stats.wilcoxon(differences, zero_method="wilcox", method=method)
    return {"differences": list(map(float, differences)), "statistic": result.statistic, "p": result.pvalue}


every_sign = stats.PermutationMethod(n_resamples=np.inf)
cases = {
    "scipy": scipy.__version__,
    "erfc": [[x, special.erfc(x)] for x in [0, 1e-8, 0.1, 0.5, 1, 1.5, 1.99, 2, 2.01, 3, 5, 8, 12, 26, -0.7]],
    "mcnemar": [mcnemar(b, c) for b, c in [(0, 0), (1, 0), (3, 9), (12, 12), (0, 24), (5, 20), (12, 13), (40, 12),
                                           (120, 118), (900, 400), (13, 12)]],
    "wilcoxon": [
        wilcoxon(np.round(random.normal(0.4, 1, 20), 6), "exact"),
        wilcoxon(np.round(random.normal(0.1, 1, 50), 6), "exact"),
        wilcoxon(np.array([1.0, -2, 2, 3, 3, -1, 4, 5, 5, 2]), every_sign),
        wilcoxon(np.array([1.0, -2, 0, 3, 0, -1, 4, 5, 7]), every_sign),
        wilcoxon(np.round(random.normal(0.05, 1, 200), 6), "asymptotic"),
        wilcoxon(random.integers(-4, 6, 300).astype(float), "asymptotic"),
    ],
    "holm": {
        "p": [0.01, 0.04, 0.03, 0.005, 0.9],
        # By hand: 0.005 × 5, 0.01 × 4, 0.03 × 3, 0.04 × 2 raised to the one before, 0.9.
        "adjusted": [0.04, 0.09, 0.09, 0.025, 0.9],
    },
}
path = pathlib.Path(__file__).with_name("scipy-tests.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
