"""Loads models that people posted with Keras itself and stores how many parameters Keras counts in each.

python keras_counts.py <folder of model.json files> > keras-counts.json

Needs `pip install tensorflow-cpu tf_keras`: Keras 3 reads its own files, tf_keras (Keras 2) those of Keras 2 and tf.keras.
Nothing that still runs reads Keras 1, so its names are first replaced by those of Keras 2, which count the same.
"""
import json
import math
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
import keras
import tf_keras

KERAS1_CLASSES = {"Convolution2D": "Conv2D"}
KERAS1_KEYS = {
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "output_dim": "units",
    "init": "kernel_initializer",
    "bias": "use_bias",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "p": "rate",
}
FORMATS = {"tf": "channels_last", "th": "channels_first"}


def from_keras1(layer):
    config = {}
    for key, value in layer["config"].items():
        if key in ("input_dtype", "input_dim", "nb_row", "nb_col"):
            continue
        if key == "dim_ordering":
            config["data_format"] = FORMATS[value]
        else:
            config[KERAS1_KEYS.get(key, key)] = value
    if "nb_row" in layer["config"]:
        config["kernel_size"] = [layer["config"]["nb_row"], layer["config"]["nb_col"]]
    return {**layer, "class_name": KERAS1_CLASSES.get(layer["class_name"], layer["class_name"]), "config": config}


def decoded(value):
    while isinstance(value, str):
        value = json.loads(value)
    return value


def load(document):
    version = document.get("keras_version", "3" if "module" in document else "2")
    if version.startswith("3"):
        return f"keras {keras.__version__}", keras.models.model_from_json(json.dumps(document))
    if version.startswith("1"):
        if document["class_name"] != "Sequential":
            raise ValueError("only Sequential models of Keras 1 are translated")
        document = {**document, "config": [from_keras1(layer) for layer in document["config"]]}
    return f"tf_keras {tf_keras.__version__}", tf_keras.models.model_from_json(json.dumps(document))


def main(folder):
    counts = {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name)) as file:
            document = decoded(json.load(file))
        try:
            loader, model = load(document)
            trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
            counts[name] = {"loader": loader, "parameters": model.count_params(), "trainable": trainable}
        except Exception as error:  # what Keras does not load is stored as such
            counts[name] = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"}
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
