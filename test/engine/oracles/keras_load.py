"""Builds models from JSON with Keras itself, and says how many parameters it counts in each and what it gives.

Standard input: {"<name>": {"version": "keras3" | "keras2", "document": {...}, "run"?: {...}}, ...}
    run: {"weights": {"<layer>": [[numbers of a weight, in Keras' order], ...]}, "images": numbers of [N, H, W, C]}
Standard output: {"<name>": {"parameters": 123, "output": [null, 10], "json": "...", "values"?: [...]} | {"error": "..."}, ...}
    json: the model as Keras itself writes it

Needs Keras 3; for "keras2", tf_keras. `{"versions": true}` alone asks what there is.
"""
import json
import os
import sys

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def loaders():
    found = {}
    try:
        import keras

        if keras.__version__.startswith("3"):
            found["keras3"] = keras
    except ImportError:
        pass
    try:
        import tf_keras

        found["keras2"] = tf_keras
    except ImportError:
        pass
    return found


def load(library, document, run=None):
    try:
        model = library.models.model_from_json(json.dumps(document))
        answer = {"parameters": model.count_params(), "output": list(model.output_shape), "json": model.to_json()}
        if run is not None:
            answer["values"] = values_of(model, run)
        return answer
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:1000]}"}


def values_of(model, run):
    for layer in model.layers:
        given = run["weights"].get(layer.name, [])
        if given or layer.weights:
            shapes = [tuple(weight.shape) for weight in layer.weights]
            layer.set_weights([np.array(each, np.float32).reshape(shape) for each, shape in zip(given, shapes, strict=True)])
    images = np.array(run["images"], np.float32).reshape([-1, *model.input_shape[1:]])
    return np.array(model(images, training=False), np.float64).ravel().tolist()


def main():
    asked = json.load(sys.stdin)
    libraries = loaders()
    if asked == {"versions": True}:
        print(json.dumps({name: library.__version__ for name, library in libraries.items()}))
        return
    print(json.dumps({name: load(libraries[each.pop("version")], **each) for name, each in asked.items()}))


if __name__ == "__main__":
    main()
