#!/usr/bin/env python
"""Run the command `candor` from a checkout."""

from statuspage.cli import main

if __name__ == "__main__":
    main()
