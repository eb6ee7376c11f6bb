"""From two YAML files to networks that learn to read handwritten digits.

Run it with ``python examples/quickstart.py``: about half a minute on two cores, nothing is downloaded. The generated
package stays beside it, in ``examples/generated``, to be read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's greetings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
SEED = 0

RELOAD = """
import sys
import keras
import numpy as np
import generated  # registers every activation in it; that is all a saved model needs

model = keras.models.load_model("digits.keras")
np.save("predicted.npy", model.predict(np.load("images.npy"), verbose=0))
print("actc" in sys.modules)
"""


def build() -> None:
    """Compile ``activations/`` to the package ``generated``, as one would in a shell."""
    print("$ actc build examples/activations --out examples/generated", flush=True)
    command = [sys.executable, "-m", "actc", "build", str(HERE / "activations"), "--out", str(HERE / "generated")]
    subprocess.run(command, check=True)


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """1,797 images of 8 x 8 pixels in [-1, 1] and their digits: a training part and one that is held out."""
    images, labels = load_digits(return_X_y=True)
    return train_test_split(
        (images / 8 - 1).astype("float32"), labels, test_size=0.25, stratify=labels, random_state=SEED
    )


def classifier(hidden: list):
    """A model with these hidden layers, ready to be fitted."""
    import keras

    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def fit(model, data: tuple) -> None:
    """Train on the training part."""
    images, _, labels, _ = data
    model.fit(images, labels, epochs=40, batch_size=64, verbose=0)


def accuracy(model, data: tuple) -> float:
    """The share of the held-out images that it reads rightly."""
    _, images, _, labels = data
    return float(model.evaluate(images, labels, verbose=0)[1])


def an_activation_of_your_own(data: tuple) -> None:
    """A function and its derivative from one file, in a model that is saved and comes back elsewhere."""
    import keras
    from generated import RoundedLeakyRelu, rounded_leaky_relu

    print("\n1. An activation of your own")
    print("   rounded_leaky_relu.yaml gives a function and its derivative; both use the same leak and sharpness.")
    keras.utils.set_random_seed(SEED)
    model = classifier(
        [
            keras.layers.Dense(256, activation=rounded_leaky_relu),  # as a function
            keras.layers.Dropout(0.3, seed=SEED),
            keras.layers.Dense(128),
            RoundedLeakyRelu(leak=0.1),  # or as a layer, with a parameter of its own
        ]
    )
    fit(model, data)
    print(f"   A classifier with it reads {accuracy(model, data):.1%} of the held-out digits.")

    _, images, _, _ = data
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "digits.keras"))
        np.save(Path(folder, "images.npy"), images)
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        other = subprocess.run(
            [sys.executable, "-c", RELOAD], cwd=folder, env=environment, check=True, capture_output=True, text=True
        )
        again = np.load(Path(folder, "predicted.npy"))
    same = np.array_equal(model.predict(images, verbose=0), again)
    print(
        f"   Saved, and loaded by another process that imports only the generated package: "
        f"{'the same' if same else 'OTHER'} predictions (actc imported there: {other.stdout.split()[-1]})."
    )


def units_that_only_fire_or_not(data: tuple) -> None:
    """Six layers of threshold units, once with a surrogate for their derivative and once with the true one."""
    import keras
    from generated import threshold_unit, true_threshold_unit

    print("\n2. Units whose derivative is 0")
    print("   threshold_units.yaml: the output is -1 or 1, so the true derivative is 0 and nothing flows back.")
    for unit, said in ((true_threshold_unit, "With the true derivative"), (threshold_unit, "With the surrogate")):
        keras.utils.set_random_seed(SEED)
        hidden = [keras.layers.Dense(64, activation=unit) for _ in range(6)]
        model = classifier(hidden)
        start = [layer.kernel.numpy() for layer in hidden]
        fit(model, data)
        moved = max(float(np.abs(layer.kernel.numpy() - old).max()) for layer, old in zip(hidden, start, strict=True))
        print(
            f"   {said}, six such layers read {accuracy(model, data):.1%}; their weights moved by at most {moved:.3g}."
        )


def main() -> None:
    """Build, then tell both stories."""
    build()
    sys.path.insert(0, str(HERE))
    data = digits()
    an_activation_of_your_own(data)
    units_that_only_fire_or_not(data)


if __name__ == "__main__":
    main()
