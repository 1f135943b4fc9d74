"""Writes keras-two-phases.json: a head that is trained above frozen layers, and then the whole network, as Keras does it.

The recipe of Keras' guide "Transfer learning and fine-tuning": `trainable = False`, `compile`, train; `trainable = True`,
`compile` again with a lower rate, train. Each step sees all images, so that their order does not matter. Adam's
epsilon is next to nothing, because Keras adds it elsewhere than the paper. Run
`KERAS_BACKEND=torch python test/transfer/oracles/keras_two_phases.py` with Keras and PyTorch installed, then `npm run format`;
the tests read only the file that it wrote.
"""
import json
import pathlib

import keras
import numpy as np

SIDE, PER_CLASS, CLASSES = 6, 8, 3
HEAD_EPOCHS, ALL_EPOCHS, FACTOR = 6, 8, 0.1
FROZEN = ["features", "norm"]

random = np.random.default_rng(7)


def build():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((SIDE, SIDE, 1)),
        layers.Conv2D(4, 3, activation="tanh", name="features"),
        layers.BatchNormalization(momentum=0.8, name="norm"),
        layers.Conv2D(5, 3, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01), name="more"),
        layers.GlobalAveragePooling2D(name="pool"),
        layers.Dense(CLASSES, activation="softmax", name="top"),
    ])


def images():
    """Classes differ in where they are bright."""
    labels = np.repeat(np.arange(CLASSES), PER_CLASS)
    pixels = random.integers(0, 90, (len(labels), SIDE, SIDE, 1))
    for row, label in enumerate(labels):
        pixels[row, 2 * label:2 * label + 2] += 120
    return pixels.astype("uint8"), labels


def weights_of(model):
    """By our names, in our layout: kernels of convolutions as [out, in, height, width]."""
    found = {}
    for layer in model.layers:
        for variable in layer.weights:
            value = keras.ops.convert_to_numpy(variable.value)
            name = variable.name
            if value.ndim == 4:
                value = value.transpose(3, 2, 0, 1)
            found[f"{layer.name}/{name}"] = [float(f"{number:.9g}") for number in value.ravel()]
    return found


def start(model):
    """Weights that no layer would begin with, so that nothing can be confused with a new one."""
    for layer in model.layers:
        values = [random.normal(0, 0.4, w.shape) for w in layer.weights]
        layer.set_weights([np.abs(v) + 0.5 if w.name == "moving_variance" else v for v, w in zip(values, layer.weights)])


OPTIMIZERS = {
    "sgd": ({"type": "sgd", "learning_rate": 0.2, "momentum": 0.9},
            lambda factor: keras.optimizers.SGD(0.2 * factor, momentum=0.9)),
    "adam": ({"type": "adam", "learning_rate": 0.02, "epsilon": 1e-12}, lambda factor: keras.optimizers.Adam(0.02 * factor, epsilon=1e-12)),
    "adamw": ({"type": "adamw", "learning_rate": 0.02, "weight_decay": 0.1, "epsilon": 1e-12},
              lambda factor: keras.optimizers.AdamW(0.02 * factor, weight_decay=0.1, epsilon=1e-12)),
}


def train(pixels, labels, initial, make_optimizer):
    model = build()
    model.set_weights(initial)
    losses = []
    for factor, epochs, trainable in ((1, HEAD_EPOCHS, False), (FACTOR, ALL_EPOCHS, True)):
        for name in FROZEN:
            model.get_layer(name).trainable = trainable
        model.compile(optimizer=make_optimizer(factor), loss="sparse_categorical_crossentropy")
        losses += [float(model.train_on_batch(pixels / 255, labels)) for _ in range(epochs)]
    return {"losses": losses, "weights": weights_of(model)}


def main():
    pixels, labels = images()
    model = build()
    start(model)
    initial = model.get_weights()
    cases = [
        {"optimizer": options, **train(pixels, labels, initial, make)} for options, make in OPTIMIZERS.values()
    ]
    for case in cases:
        print(case["optimizer"]["type"], f"{case['losses'][0]:.4f} to {case['losses'][-1]:.4f}")
    written = {"keras": keras.__version__, "side": SIDE, "pixels": pixels.ravel().tolist(), "labels": labels.tolist(),
               "head_epochs": HEAD_EPOCHS, "all_epochs": ALL_EPOCHS, "factor": FACTOR, "frozen": FROZEN,
               "initial": weights_of(model), "cases": cases}
    path = pathlib.Path(__file__).with_name("keras-two-phases.json")
    path.write_text(json.dumps(written))


main()
