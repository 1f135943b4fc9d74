"""TensorFlow as a rival, on which tfjs-node runs: times its training steps or predictions on request, in the lines of lines.py.

    tensorflow_peer.py --network resnet8 --batch 64 --mode train|predict --threads 2

There is one setting, `function`: the whole step in one tf.function, which takes each operator from the same library of kernels
that tfjs-node calls one by one. XLA, which tfjs-node cannot use, is left out.
"""

import argparse
import os

# Before TensorFlow is loaded: what it says of the machine's lack of a GPU is of no use here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf  # noqa: E402
from lines import serve  # noqa: E402
from tensorflow_models import CLASSES, NETWORKS, made  # noqa: E402

# Tiny, as ours: a batch that is learnt by heart drifts into denormal numbers, which are slow.
LEARNING_RATE = 1e-7


def training(network, batch):
    model, shape = made(network)
    images, labels = tf.random.uniform((batch, *shape)), tf.range(batch) % CLASSES
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step():
        with tf.GradientTape() as tape:
            loss = entropy(labels, model(images, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return lambda: train_step().numpy()


def prediction(network, batch):
    model, shape = made(network)
    images = tf.random.uniform((batch, *shape))

    @tf.function
    def predict(pixels):
        return tf.nn.softmax(model(pixels, training=False))

    return lambda: predict(images).numpy()


def count(network):
    model, _ = made(network)
    return sum(int(tf.size(variable)) for variable in model.trainable_variables)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=sorted(NETWORKS), required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--mode", choices=("train", "predict"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    open_step = training if options.mode == "train" else prediction
    about = {"name": "TensorFlow", "version": tf.__version__, "parameters": count(options.network)}
    serve(about, ["function"], lambda _: open_step(options.network, options.batch))


if __name__ == "__main__":
    main()
