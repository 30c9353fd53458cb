"""The tables of the sign-in that allauth replaces."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_carried_over")]
    operations = [
        migrations.DeleteModel(name=name)
        for name in ("Identity", "Passkey", "RecoveryCode", "SignIn", "Totp")
    ]
