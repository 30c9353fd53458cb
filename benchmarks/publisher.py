"""A process that publishes: once a worker answers it says so, and publishes at the word."""

import sys

import django


def main() -> None:
    """Open an incident for everyone, with the broker of the environment."""
    django.setup()
    from benchmarks.data import announce
    from benchmarks.stage import until
    from statuspage.celery import app

    until(lambda: app.control.ping(timeout=0.5))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    announce()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
