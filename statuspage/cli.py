"""The command `candor`, which is also `manage.py` and `python -m statuspage`."""

import os
import sys
from importlib import import_module

from statuspage import __version__

SANDBOX_MISSING = (
    "candor: `up` is part of the sandbox, which is not installed: pip install 'candor[sandbox]'"
)


def main() -> None:
    """Run one management command, be a witness, or start the sandbox with `up`.

    Raises:
        SystemExit: the command failed, or the sandbox is not installed.
    """
    match sys.argv[1:]:
        case ["--version"]:
            print(__version__)
        case ["up"]:
            # Before Django's settings, which need the engines that `up` starts.
            _start_sandbox()
        case ["witness", *arguments]:
            # Of another machine, which has neither settings nor engines.
            import_module("statuspage.pages.downloads.witness").main(arguments)
        case _:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)


def _start_sandbox() -> None:
    try:
        module = import_module("sandbox.up.main")
    except ModuleNotFoundError as error:
        if error.name != "sandbox":
            raise
        raise SystemExit(SANDBOX_MISSING) from error
    module.up()
