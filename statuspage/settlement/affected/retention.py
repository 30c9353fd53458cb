"""Forgetting transactions, and uploads, that nobody asks about any more."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from statuspage.settlement.affected.models import (
    UNFINISHED,
    AffectedTransaction,
    SettledMerchant,
    Upload,
)
from statuspage.statements.models import Statement

# Rows that one statement deletes: no lock is held for long.
AT_ONCE: Final = 10_000


def transactions_forget() -> int:
    """Delete what has not changed for TRANSACTIONS_KEEP_DAYS; returns how many transactions."""
    before = timezone.now() - timedelta(days=settings.TRANSACTIONS_KEEP_DAYS)
    old = AffectedTransaction.objects.filter(updated_at__lt=before)
    forgotten = 0
    while batch := [*old.values_list("pk", flat=True)[:AT_ONCE]]:
        forgotten += AffectedTransaction.objects.filter(pk__in=batch).delete()[0]
    Upload.objects.filter(uploaded_at__lt=before).exclude(state__in=UNFINISHED).delete()
    spoken = Statement.objects.filter(published_at__lt=before).order_by("-number")
    newest = spoken.values_list("number", flat=True).first()
    if newest:
        SettledMerchant.objects.filter(statement_number__lte=newest).delete()
    return forgotten
