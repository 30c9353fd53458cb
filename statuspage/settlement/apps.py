"""Configure the settlement app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Settlement: rules, arrival dates, affected transactions and commitments."""

    name = "statuspage.settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        """Have a restore stop lists of transactions: a finished one may publish what arrived."""
        from statuspage.lib.restoring import on_restore
        from statuspage.uploads.restoring import stop

        pieces = ("settlement_uploadpart", "settlement_stagedtransaction")
        on_restore(stop("settlement_upload", *pieces))
