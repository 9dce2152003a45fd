"""Modules that a library imports and hardly ever asks for anything: they wait until it does."""

from __future__ import annotations

import importlib.util
import sys


def defer(name: str) -> None:
    """Put off the work of importing a module until an attribute of it is asked for; nothing where it is imported already.

    The recipe of the standard library's documentation (``importlib``, "Implementing lazy imports").

    Args:
        name: Dotted; the package that it lies in is imported.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = importlib.util.LazyLoader(spec.loader)
    spec.loader = loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    package, _, own = name.rpartition(".")
    if package:
        setattr(sys.modules[package], own, module)
