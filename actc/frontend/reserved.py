"""Names that generated code, Python or Keras already gives a meaning to.

They are data: whether a file compiles must not depend on the Python that runs the compiler, and the compiler never
imports Keras. Tests compare them with what is installed.
"""

from __future__ import annotations

import keyword

KEYWORDS = frozenset(keyword.kwlist)

BUILTINS = frozenset(
    """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup
    FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
    IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError NotADirectoryError NotImplemented NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError
    ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError
    SystemExit TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
    copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals
    hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next
    object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum
    super tuple type vars zip
    """.split()  # noqa: SIM905 -- a table of words
)

# In every generated module or package, beside the activations themselves.
PACKAGE_NAMES = frozenset({"tf", "keras", "get", "inputs", "self"})

# `y` is the activation's own output; True and False are keywords; `Any` is the type of tensors in generated code.
VARIABLE_NAMES = frozenset({"y", "tf", "keras", "Any"})

# Public attributes of keras.layers.Layer and the arguments of its constructor, in Keras 3.15.
LAYER_NAMES = frozenset(
    """
    activity_regularizer add_loss add_metric add_variable add_weight autocast build build_from_config built call
    call_signature_parameters compute_dtype compute_mask compute_output_shape compute_output_spec count_params dtype
    dtype_policy from_config get_build_config get_config get_weights input input_dim input_dtype input_shape input_spec
    kwargs load_own_variables losses metrics metrics_variables name non_trainable_variables non_trainable_weights output
    path quantization_mode quantize quantized_build quantized_call rematerialized_call save_own_variables self
    set_weights stateless_call supports_jit supports_masking symbolic_call trainable trainable_variables
    trainable_weights variable_dtype variables weights
    """.split()  # noqa: SIM905 -- a table of words
)

# Names that every generated layer needs for itself, beside Keras's.
GENERATED_ARGUMENTS = frozenset({"shared_axes", "layer_keywords", "cls", "super"})

# What a trainable parameter's name is joined with to name further arguments of its layer.
WEIGHT_ARGUMENTS = ("initializer", "regularizer", "constraint")
