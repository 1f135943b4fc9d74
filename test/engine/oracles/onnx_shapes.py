"""Shapes that ONNX' own test cases of single nodes give, for the shape rules of nodes that are kept.

    python test/engine/oracles/onnx_shapes.py > test/engine/oracles/onnx-shapes.json

Needs onnx.
"""
import base64
import collections
import json
import sys
import warnings

import numpy
import onnx
from onnx.backend.test.case.node import collect_testcases

DTYPES = {
    "float32": "float32", "float64": "float64", "float16": "float16", "int8": "int8", "int32": "int32", "int64": "int64",
    "uint8": "uint8", "bool": "bool",
}
# Sizes, axes and factors are no longer than this.
VALUES_MAX = 16
# Test cases of one operator.
CASES_MAX = 8


def tensor(value, known):
    if not isinstance(value, numpy.ndarray) or str(value.dtype) not in DTYPES:
        return None
    found = {"dtype": DTYPES[str(value.dtype)], "shape": list(value.shape)}
    if known and value.size <= VALUES_MAX and value.ndim <= 1 and numpy.isfinite(value).all():
        found["values"] = [float(each) for each in value.flatten()]
    return found


def read(test):
    node = test.model.graph.node[0]
    names = [each.name for each in test.model.graph.input]
    (inputs, outputs), *_ = test.data_sets
    given = dict(zip(names, inputs))
    slots = [None if name == "" else tensor(given.get(name), True) for name in node.input]
    if any(slot is None and name != "" for slot, name in zip(slots, node.input)):
        return None
    results = [tensor(numpy.asarray(each) if numpy.isscalar(each) else each, False) for each in outputs]
    # A node whose outputs are not all asked for is told by those that are.
    if any(result is None for result in results) or list(node.output) != [each.name for each in test.model.graph.output]:
        return None
    attributes = [base64.b64encode(each.SerializeToString()).decode() for each in node.attribute]
    return {"type": node.op_type, "attributes": attributes, "inputs": slots, "outputs": results}


warnings.filterwarnings("ignore")
cases = {}
counts = collections.Counter()
for test in collect_testcases(None):
    graph = test.model.graph
    is_single = len(graph.node) == 1 and graph.node[0].domain in ("", "ai.onnx") and len(test.data_sets) > 0
    case = read(test) if is_single else None
    if case is None or json.dumps(case) in cases or counts[case["type"]] == CASES_MAX:
        continue
    counts[case["type"]] += 1
    cases[json.dumps(case)] = {"name": test.name, **case}
json.dump({"onnx": onnx.__version__, "cases": list(cases.values())}, sys.stdout, separators=(",", ":"))
