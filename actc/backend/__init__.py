"""From programs to the text of a generated TensorFlow package."""
