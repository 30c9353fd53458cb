"""An accepted break of the log stays public: PostgreSQL refuses to change or delete it."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("statements", "0005_cosignatures")]
    operations = [refuse("statements_logacceptance")]
