#!/usr/bin/env python
"""Command line of the project."""

import os
import sys


def main() -> None:
    """Run one management command; `up` comes first, because settings need its engines."""
    if sys.argv[1:] == ["up"]:
        from statuspage.up.main import up

        up()
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
