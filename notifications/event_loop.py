"""One event loop per process on its own thread, so that connections outlive a batch."""

import asyncio
import os
import threading
from typing import Final

_started: dict[int, asyncio.AbstractEventLoop] = {}
_starting: Final = threading.Lock()


def process_loop() -> asyncio.AbstractEventLoop:
    """Return the running loop of this process: a forked child must not use its parent's."""
    with _starting:
        loop = _started.get(os.getpid())
        if loop is None:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="delivery-loop", daemon=True).start()
            _started.clear()
            _started[os.getpid()] = loop
        return loop
