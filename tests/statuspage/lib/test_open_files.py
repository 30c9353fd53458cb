"""How many files the web process may open."""

import subprocess
import sys

import pytest

from tests.product import ROOT

CODE = """
import resource
from statuspage.lib.open_files import open_files_allow
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
open_files_allow(512)
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "then"),
    [(256, 1000, (512, 1000)), (256, 300, (300, 300)), (800, 1000, (800, 1000))],
    ids=["raised", "as far as the system grants", "never lowered"],
)
def test_a_process_may_open_as_many_files_as_it_needs(
    soft: int, hard: int, then: tuple[int, int]
) -> None:
    code = CODE.format(soft=soft, hard=hard)
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told.strip() == str(then)
