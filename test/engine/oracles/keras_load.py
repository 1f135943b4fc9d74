"""Builds models from JSON with Keras itself and says how many parameters it counts in each.

Standard input: {"<name>": {"version": "keras3" | "keras2", "document": {...}}, ...}
Standard output: {"<name>": {"parameters": 123, "output": [null, 10]} | {"error": "..."}, ...}

Needs Keras 3; for "keras2", tf_keras. `{"versions": true}` alone asks what there is.
"""
import json
import os
import sys

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


def load(library, document):
    try:
        model = library.models.model_from_json(json.dumps(document))
        return {"parameters": model.count_params(), "output": list(model.output_shape)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:1000]}"}


def main():
    asked = json.load(sys.stdin)
    libraries = loaders()
    if asked == {"versions": True}:
        print(json.dumps({name: library.__version__ for name, library in libraries.items()}))
        return
    print(json.dumps({name: load(libraries[each["version"]], each["document"]) for name, each in asked.items()}))


if __name__ == "__main__":
    main()
