"""Entry point of the web server: the page server, and Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402 - models exist once Django is set up

from notifications.watch.watcher import watch_begin  # noqa: E402
from statuspage.lib.open_files import open_files_allow  # noqa: E402
from statuspage.lib.postgres.base import SPARE_SECONDS, wait_no_longer_than  # noqa: E402
from statuspage.operations.database_rights import refuse_excesses  # noqa: E402
from statuspage.pages.server.app import PageServer  # noqa: E402
from statuspage.pages.server.memory import Memory  # noqa: E402
from statuspage.pages.server.watcher import Watcher  # noqa: E402
from statuspage.pages.snapshots.files import Files  # noqa: E402

# Twice as many as connections are taken at once (`--backpressure`).
open_files_allow(8192)
# Nobody who waits for a page waits for longer; workers and commands may have long statements.
wait_no_longer_than(
    settings.WEB_STATEMENT_SECONDS + SPARE_SECONDS,
    statement_seconds=settings.WEB_STATEMENT_SECONDS,
)
refuse_excesses()
_memory = Memory()
Watcher(_memory, Files(settings.DATA_DIR / "pages")).start()
watch_begin()
application = PageServer(_django, _memory)
