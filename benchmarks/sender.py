"""One worker process of ours: waits for a line on its input, then sends what is due, and ends."""

import sys

import django


def main() -> None:
    """Say when ready; after the word, send until nothing is left; say so."""
    django.setup()
    from celery.signals import worker_process_init
    from django.db import connection

    from notifications.delivery.send import send_due
    from statuspage.celery import app

    worker_process_init.send(sender=app)
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while send_due("sms"):
        pass
    sys.stdout.write("done\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
