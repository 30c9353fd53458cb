"""Builds the tree over what was said before there was one, and signs it."""

import base64

from django.db import migrations

from statuspage.statements.merkle import Growing
from statuspage.statements.notes import checkpoint_note
from statuspage.statements.signing import signers

CHUNK = 500


def grow(apps, schema_editor):
    """An empty log needs no signature, and no key yet."""
    statements = apps.get_model("statements", "Statement").objects.order_by("number")
    node = apps.get_model("statements", "TreeNode")
    tree, rows = Growing(), []
    for text in statements.values_list("canonical", flat=True).iterator(chunk_size=CHUNK):
        made = tree.add(text.encode())
        rows += [node(level=place.level, index=place.offset, hash=found) for place, found in made]
        if len(rows) >= CHUNK:
            node.objects.bulk_create(rows)
            rows = []
    node.objects.bulk_create(rows)
    if tree.size:
        apps.get_model("statements", "Checkpoint").objects.create(
            size=tree.size,
            root=base64.b64encode(tree.root()).decode(),
            note=checkpoint_note(tree.size, tree.root(), signers()),
        )


class Migration(migrations.Migration):
    dependencies = [("statements", "0003_tree")]
    # Going back drops the tables, and with them what this filled.
    operations = [migrations.RunPython(grow, migrations.RunPython.noop)]
