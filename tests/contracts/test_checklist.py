"""The checklist is about tests that exist, and leaves out no fault."""

import ast
from pathlib import Path

import pytest

from demo.simulator import faults
from tests.contracts import checklist

ROOT = Path(__file__).resolve().parent.parent.parent
# Payouts have a checklist of their own.
OURS = {name for name in faults.FAULTS if not name.startswith(("iris", "payout"))}


@pytest.mark.parametrize("table", ["ENDPOINTS", "NOTIFICATIONS", "FAULTS"])
def test_every_row_has_its_tests(table: str):
    rows: dict[str, tuple[str, ...]] = getattr(checklist, table)
    named = {test for tests in rows.values() for test in tests}

    assert [row for row, tests in rows.items() if not tests] == []
    assert sorted(named - _known({test.partition("::")[0] for test in named})) == []


def test_every_fault_has_a_row():
    assert set(checklist.FAULTS) == OURS


def _known(files: set[str]) -> set[str]:
    """Every test of these files, as pytest names it, without parameters."""
    found = set()
    for file in files:
        for node in ast.parse((ROOT / file).read_text()).body:
            if isinstance(node, ast.ClassDef):
                found |= {
                    f"{file}::{node.name}::{test.name}" for test in node.body if isinstance(test, ast.FunctionDef)
                }
            elif isinstance(node, ast.FunctionDef):
                found.add(f"{file}::{node.name}")
    return found
