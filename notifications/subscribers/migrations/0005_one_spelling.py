"""Addresses get the index of their one spelling; those that are the same become one.

See notifications/subscribers/unifying.py. Each row is a transaction of its own: stopped half-way,
it is simply run again.
"""

from typing import Any

from django.db import migrations

from notifications.subscribers.unifying import Models, addresses_unify


def unify(apps: Any, _schema_editor: Any) -> None:
    names = ("Address", "SignUp", "Consent")
    addresses_unify(Models(*(apps.get_model("subscribers", name) for name in names)))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("subscribers", "0004_no_search_by_like"), ("delivery", "0007_may_be_sent")]
    operations = [migrations.RunPython(unify, migrations.RunPython.noop, elidable=True)]
