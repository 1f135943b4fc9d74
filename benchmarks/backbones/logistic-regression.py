"""scikit-learn's logistic regression on features that a frozen backbone gave: what a head on them can reach.

Reads a JSON object {features, labels, width, train, validation} from standard input, where features is the path of a file of
float32 rows, train rows first, and labels those of both; prints the validation accuracy for some strengths of the penalty.
"""
import json
import sys

import numpy
from sklearn.linear_model import LogisticRegression

given = json.load(sys.stdin)
rows = given["train"] + given["validation"]
features = numpy.fromfile(given["features"], dtype="<f4", count=rows * given["width"]).reshape(rows, given["width"])
labels = numpy.array(given["labels"])
split = given["train"]
found = {}
for strength in (0.01, 0.1, 1.0):
    model = LogisticRegression(C=strength, max_iter=5000).fit(features[:split], labels[:split])
    found[str(strength)] = float(model.score(features[split:], labels[split:]))
json.dump(found, sys.stdout)
