"""The web process that benchmarks ask: one granian, as in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.stage import PYTHON, Stage, free_port, listens, until

GRANIAN: Final = (
    *(*PYTHON, "granian", "--interface", "rsgi", "--no-ws", "--http", "1", "--workers", "1"),
    *("--backpressure", "4096", "--http1-buffer-size", "65536"),
)


@contextmanager
def web_process(stage: Stage, site: str) -> Iterator[int]:
    """Run a web process at this address, `http://127.0.0.1:` and a port; yield its pid."""
    port = site.rpartition(":")[2]
    rest = ("--port", port, "--log-level", "error", "statuspage.rsgi:application")
    with stage.programs((*GRANIAN, *rest), SITE_URL=site) as (granian,):
        until(lambda: listens(int(port)))
        yield granian.pid


def free_site() -> str:
    """Return the address of a port on which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"
