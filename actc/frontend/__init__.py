"""Reads activation files: YAML to specs, and the JSON Schema that editors check them with."""

from actc.frontend.domains import parse_domain
from actc.frontend.json_schema import json_schema
from actc.frontend.loader import load
from actc.frontend.names import layer_name

__all__ = ["json_schema", "layer_name", "load", "parse_domain"]
