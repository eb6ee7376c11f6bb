"""Everywhere that Keras goes: models of every sort, training of every sort, with each kind of generated activation."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from generated_kinds import KINDS, Kind
from test_generated_package import as_floats, differentiated
from test_generated_programs import acts

__all__ = ["acts"]  # a fixture

# Keras converts its own variables this way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
X = np.linspace(-2, 2, 5 * 3 * 4, dtype="float32").reshape(5, 3, 4)


def every_kind(package: ModuleType) -> Any:
    """A functional model with all kinds, as functions, as layers, as activations and inside a Lambda."""
    inputs = keras.Input((3, 4), name="signal")
    hidden = keras.layers.Dense(4, activation=package.swish, name="plain_function")(inputs)
    hidden = package.leaky(hidden, 0.25)
    hidden = keras.layers.Dense(4, activation=package.Swish(beta=1.5), name="inner")(hidden)
    hidden = package.Swish(shared_axes=[1], name="channels")(hidden)
    hidden = keras.layers.Lambda(package.swish, arguments={"beta": 2.0}, name="in_a_lambda")(hidden)
    hidden = package.SwigluGate(beta=0.5, name="gate")([hidden, inputs])
    hidden = keras.layers.Activation(package.tanh_squared)(hidden)
    fired = package.Spike(width=2.0, name="spikes")(hidden)
    hidden = package.swiglu_gate(hidden, keras.layers.add([fired, inputs]), beta=0.75)
    return keras.Model(inputs, keras.layers.Dense(1, name="head")(hidden), name="every_kind")


@pytest.fixture(scope="module")
def model(acts: ModuleType) -> Any:
    keras.utils.set_random_seed(0)
    return every_kind(acts)


def weights_of(model: Any) -> list[Any]:
    return [np.array(weight) for weight in model.trainable_weights]


def assert_all_moved(model: Any, before: list[Any]) -> None:
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(weight).all(), weight.path
        assert np.any(np.array(weight) != old), weight.path


def test_clones(model: Any) -> None:
    """A clone, one through each layer's configuration and one through JSON compute the same with the same weights."""

    def from_config(layer: Any) -> Any:
        return type(layer).from_config(layer.get_config())

    makers: list[Callable[[], Any]] = [
        lambda: keras.models.clone_model(model),
        lambda: keras.models.clone_model(model, clone_function=from_config),
        lambda: keras.models.model_from_json(model.to_json()),
        lambda: copy.deepcopy(model),
        lambda: pickle.loads(pickle.dumps(model)),  # noqa: S301 - made right here
    ]
    for make in makers:
        other = make()
        other.set_weights(model.get_weights())
        np.testing.assert_array_equal(other(X), model(X))


def test_summary_and_weights_by_name(model: Any) -> None:
    """The summary has every layer with the count of its numbers; a weight is found by its layer's name and its own."""
    lines: list[str] = []
    model.summary(print_fn=lines.append, line_length=120)
    text = "\n".join(lines)
    for shown in ("channels (Swish)", "gate (SwigluGate)", "spikes (Spike)"):
        assert shown in text
    by_path = {weight.path: weight for weight in model.trainable_weights}
    assert by_path["channels/beta"] is model.get_layer("channels").beta
    assert by_path["channels/beta"].shape == (1, 4)
    assert by_path["gate/beta"] is model.get_layer("gate").beta
    assert any(weight is model.get_layer("inner").activation.beta for weight in model.trainable_weights)
    assert model.count_params() == 20 + 20 + 1 + 4 + 1 + 5


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "XLA"])
def test_fit_with_a_dataset(acts: ModuleType, compiled: bool) -> None:
    """fit reads a tf.data pipeline whose last batch is smaller, and every weight moves (K10, K11)."""
    model = every_kind(acts)
    before = weights_of(model)
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=compiled)
    data = tf.data.Dataset.from_tensor_slices((X, np.ones((5, 3, 1), "float32"))).batch(2)
    history = model.fit(data, epochs=2, shuffle=False, verbose=0).history["loss"]
    assert history[1] < history[0]
    assert_all_moved(model, before)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_fit_in_mixed_precision(acts: ModuleType, policy: str) -> None:
    """Under a global policy each kind computes in the half type, and float32 weights train (K2, K11)."""
    keras.config.set_dtype_policy(policy)
    try:
        model = every_kind(acts)
    finally:
        keras.config.set_dtype_policy("float32")
    before = weights_of(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, np.ones((5, 3, 1), "float32"), batch_size=2, epochs=2, verbose=0)
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}
    assert model.get_layer("spikes").compute_dtype == policy.removeprefix("mixed_")
    assert_all_moved(model, before)


def test_a_subclassed_model_in_a_loop_of_its_own(acts: ModuleType) -> None:
    """Layers as attributes are tracked, functions in ``call`` work, and a loop with a tape trains all weights."""

    class Gated(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.project = keras.layers.Dense(4, activation=acts.Swish())
            self.act = acts.Swish(shared_axes=[1])
            self.gate = acts.SwigluGate()

        def call(self, inputs: Any) -> Any:
            return acts.leaky(self.gate([self.act(self.project(inputs)), inputs]), 0.25)

    model, optimizer = Gated(), keras.optimizers.Adam(0.01)
    model(X)
    assert len(model.trainable_variables) == 5
    before = weights_of(model)

    @tf.function  # type: ignore[untyped-decorator]
    def step(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(batch, training=True) - 1.0))
        found = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(found, model.trainable_variables, strict=True))
        return loss

    losses = [float(step(tf.constant(X))) for _ in range(20)]
    assert losses[-1] < losses[0]
    assert_all_moved(model, before)


def test_convolutions(acts: ModuleType) -> None:
    """Conv2D takes functions and layers, the latter with one weight for all or one for each channel."""
    per_channel = keras.layers.Conv2D(3, 1, activation=acts.Swish(shared_axes=[1, 2]))
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            keras.layers.Conv2D(4, 3, activation=acts.leaky),
            keras.layers.Conv2D(4, 3, activation=acts.Swish(beta=0.5)),
            per_channel,
            keras.layers.GlobalAveragePooling2D(),
        ]
    )
    images = np.random.default_rng(0).normal(size=(4, 6, 6, 2)).astype("float32")
    model(images)  # as with PReLU, a weight whose shape is the input's exists once there was an input
    before = weights_of(model)
    assert [tuple(w.shape) for w in model.trainable_weights if w.name == "beta"] == [(), (1, 1, 3)]
    model.compile("sgd", "mse")
    model.fit(images, np.ones((4, 3)), verbose=0)
    assert_all_moved(model, before)


def test_other_layers_around(acts: ModuleType) -> None:
    """A mask passes through a layer, and recurrent layers take both of their activations."""
    keras.utils.set_random_seed(0)
    large = keras.initializers.RandomUniform(1.0, 2.0)
    recurrent = keras.layers.LSTM(2, activation=acts.leaky, recurrent_activation=acts.swish)
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            keras.layers.Embedding(10, 3, mask_zero=True, embeddings_initializer=large),
            acts.Swish(),
            recurrent,
        ]
    )
    padded = model.predict(np.array([[1, 2, 0, 0]]), verbose=0)
    np.testing.assert_allclose(padded, model.predict(np.array([[1, 2]]), verbose=0), rtol=1e-5)
    assert np.abs(padded).min() > 1e-3


@EVERY_KIND
def test_shapes_and_configuration(acts: ModuleType, kind: Kind) -> None:
    """compute_output_shape, the name, the policy and all settings of a layer are those that it was given (K5)."""
    layer = kind.layer_of(acts, name="mine", dtype="mixed_bfloat16", trainable=False)
    shape = (None, 3, 4)
    several = len(kind.inputs) > 1
    assert layer.compute_output_shape([(None, 1, 4), (None, 3, 1)] if several else shape) == shape
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert (again.name, again.dtype_policy.name, again.trainable) == ("mine", "mixed_bfloat16", False)
    assert {key: config[key] for key in kind.parameters} == kind.parameters
    other = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert other.get_config() == config
    inputs = [tf.constant(values) for values in kind.inputs]
    taken: Any = inputs if several else inputs[0]
    np.testing.assert_array_equal(other(taken), layer(taken))
    assert layer(taken).dtype == tf.bfloat16


def test_the_domains_constraint_is_part_of_the_configuration(acts: ModuleType) -> None:
    """The projection onto the domain is saved with the layer, and keeps what an initializer makes within it too."""
    saved = acts.Swish().get_config()["beta_constraint"]
    assert saved["registered_name"] == "acts_by_hand>_DomainConstraint"
    assert saved["config"]["low"] == 0.0
    layer = acts.Swish.from_config(acts.Swish().get_config())
    assert type(layer.beta_constraint).__name__ == "DomainConstraint"
    random = acts.Swish(shared_axes=[], beta_initializer=keras.initializers.RandomNormal(seed=1))
    random(np.ones((2, 50), "float32"))
    assert np.min(random.beta) == np.float32(2.0**-23)
    assert np.max(random.beta) > 0.01
    assert float(acts.Swish(beta_initializer="zeros", beta_constraint="non_neg").beta.value) == 0.0


@pytest.mark.parametrize("value", [[1.0, -1.0], np.array([1.0, -1.0]), np.array(-1.0), (1.0, [0.5, -1.0])], ids=repr)
def test_numbers_in_lists_and_arrays_are_held_to_the_domain(acts: ModuleType, value: Any) -> None:
    """One wrong number among several is a ValueError that names the parameter."""
    calls: list[Callable[[], Any]] = [
        lambda: acts.Swish(value),
        lambda: acts.Spike(value),
        lambda: acts.swish(1.0, value),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"parameter '(beta|width)' must be a number of the domain 'positive'"):
            call()


@pytest.mark.parametrize("value", ["text", None, 1j, [1.0, "text"]], ids=repr)
def test_what_is_no_number_is_refused(acts: ModuleType, value: Any) -> None:
    """A layer's parameter that is no number is a TypeError that names it."""
    with pytest.raises(TypeError, match="the parameter 'beta' must be a number"):
        acts.Swish(value)


def test_ragged_tensors(acts: ModuleType) -> None:
    """Ragged inputs give ragged results, as with Keras's own activations; what cannot be is a TypeError."""
    ragged = tf.ragged.constant([[-0.5, 0.25], [], [1.5]])
    for call in (acts.spike, tf.function(acts.spike), acts.Spike(1.0)):
        with tf.GradientTape() as tape:
            tape.watch(ragged)
            value = call(ragged)
        assert value.to_list() == [[0.0, 1.0], [], [1.0]]
        assert tape.gradient(value, ragged).to_list() == [[0.5, 0.75], [], [0.0]]
    twice = acts.swiglu_gate(ragged, ragged, 0.0)
    assert twice.to_list() == [[0.125, 0.03125], [], [1.125]]
    rows = tf.RaggedTensor.from_row_splits(tf.ones([3, 2]), [0, 1, 3])
    value = acts.leaky(-rows, tf.constant([0.5, 0.25]))
    assert value.to_list() == [[[-0.5, -0.25]], [[-0.5, -0.25], [-0.5, -0.25]]]
    refused: list[Callable[[], Any]] = [
        lambda: acts.swiglu_gate(ragged, 1.0),
        lambda: acts.swish(ragged, [1.0, 2.0, 3.0]),
        lambda: acts.swish(tf.ones([2, 2]), ragged),
    ]
    for wrong in refused:
        with pytest.raises(TypeError, match="ragged"):
            wrong()


def test_sparse_tensors_are_refused(acts: ModuleType) -> None:
    """A sparse tensor, symbolic or not, is a TypeError that says what to do."""
    sparse, symbol = tf.sparse.from_dense([[1.0, 0.0]]), keras.Input((4,), sparse=True)
    for call in (acts.swish, acts.Swish()):
        for value in (sparse, symbol):
            with pytest.raises(TypeError, match=r"tf\.sparse\.to_dense makes it dense"):
                call(value)


@EVERY_KIND
def test_recomputed_gradients(acts: ModuleType, kind: Kind) -> None:
    """keras.remat and tf.recompute_grad give the same gradient, the surrogate's too."""
    inputs = [tf.constant(values) for values in kind.inputs]
    function = kind.bound(acts)
    _, expected = differentiated(function, *inputs)
    ways = [tf.recompute_grad]
    if hasattr(keras, "remat"):  # not before Keras 3.9
        ways.append(keras.remat)
    for recompute in ways:
        _, found = differentiated(recompute(function), *inputs)
        for gradient, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(gradient, other, rtol=1e-6)


@pytest.mark.skipif(not hasattr(keras, "RematScope"), reason="not before Keras 3.9")
def test_a_scope_that_recomputes_activations(acts: ModuleType) -> None:
    """A model made in keras.RematScope trains."""
    with keras.RematScope(mode="activations"):
        model = every_kind(acts)
    before = weights_of(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, np.ones((5, 3, 1), "float32"), verbose=0)
    assert_all_moved(model, before)


@EVERY_KIND
def test_loops_and_old_gradients(acts: ModuleType, kind: Kind) -> None:
    """Through a while loop, and by tf.gradients in a graph, it is the emitted gradient (K1)."""
    function, x = kind.bound(acts), tf.constant([[0.25, -0.5]])
    others = [tf.constant(values[:2]) for values in kind.inputs[1:]]

    @tf.function  # type: ignore[untyped-decorator]
    def looped(start: Any) -> Any:
        value = start
        for _ in tf.range(3):
            value = function(value, *others)
        return value

    def unrolled(start: Any) -> Any:
        return function(function(function(start, *others), *others), *others)

    np.testing.assert_allclose(differentiated(looped, x)[1][0], differentiated(unrolled, x)[1][0], rtol=1e-6)
    old = tf.function(lambda v: tf.gradients(function(v, *others), v)[0])
    np.testing.assert_allclose(old(x), differentiated(lambda v: function(v, *others), x)[1][0], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method:UserWarning")
def test_quantised_inference(acts: ModuleType, tmp_path: Any) -> None:
    """A model whose dense layers are quantised to int8 keeps its activations, stays near, and is saved and loaded."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(8, activation=acts.swish),
            acts.Swish(beta=1.5),
            keras.layers.Dense(8, activation=acts.Swish(beta=0.5)),
            keras.layers.Dense(2),
        ]
    )
    x = np.random.default_rng(0).normal(size=(16, 8)).astype("float32")
    before = model(x)
    model.quantize("int8")
    quantised = model(x)
    np.testing.assert_allclose(quantised, before, atol=0.05 * float(np.abs(before).max()))
    model.save(tmp_path / "quantised.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "quantised.keras")(x), quantised)


def test_a_gradient_penalty_trains(acts: ModuleType) -> None:
    """A critic with a gradient penalty comes to the slope that the theory has for it.

    The critic of Gulrajani et al. (2017) gains, per unit of length between two distributions d apart, the slope s
    and loses L*(s - 1)**2/d: the interpolated points lie there with density 1/d. So s = 1 + d/(2*L), 1.15 here.
    """
    keras.utils.set_random_seed(0)
    critic = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(16, activation=acts.swish), acts.Swish(), keras.layers.Dense(1)]
    )
    optimizer = keras.optimizers.Adam(0.01)

    def slopes(points: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = critic(points)
        return tf.norm(tape.gradient(value, points), axis=1)

    @tf.function  # type: ignore[untyped-decorator]
    def step(real: Any, fake: Any) -> None:
        with tf.GradientTape() as tape:
            share = tf.random.uniform([64, 1])
            penalty = tf.reduce_mean(tf.square(slopes(share * real + (1.0 - share) * fake) - 1.0))
            loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(real)) + 10.0 * penalty
        found = tape.gradient(loss, critic.trainable_variables)
        optimizer.apply_gradients(zip(found, critic.trainable_variables, strict=True))

    random = np.random.default_rng(0)
    for _ in range(300):
        fake = random.normal(0.0, 0.5, (64, 2)).astype("float32")
        step(tf.constant(fake + np.array([3.0, 0.0], "float32")), tf.constant(fake))
    between = tf.constant(np.stack([np.linspace(0, 3, 50), np.zeros(50)], 1), tf.float32)
    assert as_floats(tf.reduce_mean(slopes(between))) == pytest.approx([1.15], abs=0.05)
    apart = tf.reduce_mean(critic(fake + np.array([3.0, 0.0], "float32")) - critic(fake))
    assert as_floats(apart) == pytest.approx([3 * 1.15], abs=0.2)
