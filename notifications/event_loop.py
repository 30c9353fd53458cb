"""One event loop per process on its own thread, so that connections outlive a batch."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import Final

# So long a process that ends waits for its loop.
END_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)
_started: dict[int, asyncio.AbstractEventLoop] = {}
_starting: Final = threading.Lock()
_endings: Final[list[Callable[[], None]]] = []


def process_loop() -> asyncio.AbstractEventLoop:
    """Return the running loop of this process: a forked child must not use its parent's."""
    with _starting:
        loop = _started.get(os.getpid())
        if loop is None:
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=loop.run_forever, name="delivery-loop", daemon=True)
            thread.start()
            _started.clear()
            _started[os.getpid()] = loop
            # Also runs in the forked workers of the web server, which atexit's functions do not.
            Finalize(None, _end, (loop, thread), exitpriority=1)
        return loop


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop of this process, if anything has needed one yet."""
    return _started.get(os.getpid())


def before_end(act: Callable[[], None]) -> None:
    """Do something before the process ends, and the loop with it, if it has one."""
    if act not in _endings:
        _endings.append(act)


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    for act in _endings:
        try:
            act()
        except Exception as error:
            logger.warning("%s at the end: %s", act.__name__, type(error).__name__)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(END_SECONDS)


# Another thread may hold it just when the process forks: nobody in the child would release it.
os.register_at_fork(
    before=_starting.acquire,
    after_in_parent=_starting.release,
    after_in_child=_starting.release,
)
