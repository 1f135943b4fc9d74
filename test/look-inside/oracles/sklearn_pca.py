"""Writes sklearn-pca.json: rows of numbers and what scikit-learn's PCA makes of them.

Run with scikit-learn 1.9 in place: python test/look-inside/oracles/sklearn_pca.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.decomposition import PCA

rng = numpy.random.default_rng(7)


def case(name, rows):
    rows = rows.astype(numpy.float32)
    found = PCA(n_components=min(2, rows.shape[1]), svd_solver="full").fit(rows.astype(numpy.float64))
    projected = found.transform(rows.astype(numpy.float64))
    if projected.shape[1] == 1:
        projected = numpy.column_stack([projected, numpy.zeros(len(rows))])
    ratio = [*found.explained_variance_ratio_, 0.0][:2]
    return {
        "name": name,
        "width": rows.shape[1],
        "rows": [float(v) for v in rows.ravel()],
        "projected": [float(v) for v in projected.ravel()],
        "ratio": [float(v) for v in ratio],
    }


cases = [
    case("more rows than columns", rng.normal(size=(60, 6)) @ numpy.diag([5, 3, 2, 1, 0.5, 0.1]) + 4),
    case("more columns than rows", rng.normal(size=(12, 40)) * numpy.linspace(3, 0.1, 40)),
    case("two close components", rng.normal(size=(80, 10)) * numpy.array([2, 1.98, 1.9] + [1] * 7)),
    case("rectified, as after relu", numpy.maximum(0, rng.normal(size=(50, 24)) - 0.4)),
    case("one column", rng.normal(size=(20, 1))),
    case("a line in space", numpy.outer(rng.normal(size=15), numpy.arange(1, 6))),
]
path = pathlib.Path(__file__).with_name("sklearn-pca.json")
versions = {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
path.write_text(json.dumps({"versions": versions, "cases": cases}) + "\n")
