"""Modules that wait until something of them is asked for."""

import subprocess
import sys

import pytest


def _said(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_deferred_module_is_loaded_when_it_is_asked_for_something() -> None:
    code = """
import sys
from expectations.deferred import defer
defer("xml.dom.minidom")
import xml.dom.minidom as own
print("xml.dom.expatbuilder" in sys.modules, own.parseString("<a b='1'/>").documentElement.getAttribute("b"))
"""
    assert _said(code) == "False 1"


def test_what_is_imported_already_stays_what_it_is() -> None:
    code = """
import json.decoder
before = json.decoder
from expectations.deferred import defer
defer("json.decoder")
import json.decoder
print(json.decoder is before, json.decoder.JSONDecoder().decode("[1]"))
"""
    assert _said(code) == "True [1]"


def test_a_module_that_is_not_there_is_missed_when_it_is_imported() -> None:
    code = """
from expectations.deferred import defer
defer("json.nowhere")
try:
    import json.nowhere
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert _said(code) == "json.nowhere"


@pytest.mark.parametrize("module", ["scipy.stats._continuous_distns"])
def test_validating_rows_does_not_load_the_library_of_distributions(module: str) -> None:
    code = f"""
import sys
from expectations.validate import import_engine
import_engine()
import great_expectations
print({module!r} in sys.modules)
import scipy.stats
print(round(scipy.stats.norm.cdf(0), 3), {module!r} in sys.modules)
"""
    assert _said(code).split("\n") == ["False", "0.5 True"]
