"""The country of the phone numbers that are there already."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

from notifications.channels.addresses import AddressKind, calling_code
from notifications.subscribers.crypto import CannotDecrypt, decrypt

BATCH = 2000


def fill(apps: Any, schema_editor: Any) -> None:
    """One whose key is gone stays without, and is priced like everywhere else."""
    model = apps.get_model("subscribers", "Address")
    for batch in _batches(model.objects.filter(kind=AddressKind.PHONE, country="")):
        for address in batch:
            try:
                clear = decrypt(bytes(address.sealed), address.kind)
            except CannotDecrypt:
                continue
            address.country = calling_code(AddressKind.PHONE, clear)
        model.objects.bulk_update(batch, ["country"])


def _batches(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_chains_quiet_hours_and_quarantine")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
