"""Run `python -m statuspage` like the command `candor`."""

from statuspage.cli import main

main()
