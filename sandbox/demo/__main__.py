"""Run `python -m sandbox.demo`: fill an empty database with the demonstration."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
    django.setup()

    from sandbox.demo.seeding import seed_demo

    seed_demo()
