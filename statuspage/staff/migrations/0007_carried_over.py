"""Carry second factors and identities over to allauth's tables; everybody signs in once more."""

from django.db import migrations

from statuspage.staff.carrying_over import carry_over


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_signing_in")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
