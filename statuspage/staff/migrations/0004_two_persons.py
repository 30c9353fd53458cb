"""What is needed to know that a second person has confirmed an account or a token."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_entries_without_names")]
    operations = [
        migrations.AddField(
            "staff",
            "language",
            models.CharField(
                choices=[("zh-hans", "Chinese"), ("en", "English")],
                default="zh-hans",
                max_length=10,
                verbose_name="language",
            ),
        ),
        migrations.AddField(
            "staff",
            "confirmed_at",
            models.DateTimeField(editable=False, null=True, verbose_name="confirmed at"),
        ),
        migrations.AddField(
            "staff",
            "confirmed_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "staff", "link_made_at", models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddField(
            "apitoken",
            "confirmed_at",
            models.DateTimeField(editable=False, null=True, verbose_name="confirmed at"),
        ),
        migrations.AddField(
            "apitoken",
            "issued_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "apitoken", "scopes", models.JSONField(default=list, verbose_name="permissions")
        ),
        migrations.CreateModel(
            "AccountChange",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "Account created"),
                            ("role", "Role raised"),
                            ("email", "E-mail address changed"),
                            ("enabled", "Enabled again"),
                            ("reset", "Sign-in reset"),
                            ("link", "New link made"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
    ]
