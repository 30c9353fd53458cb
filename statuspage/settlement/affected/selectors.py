"""Looking up one transaction, and counting all of them."""

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from statuspage.lib.money import ZERO
from statuspage.settlement.affected.hashes import lookup_key
from statuspage.settlement.backlog import Cell
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.models import AffectedTransaction, TransactionStatus, Upload


def transaction_find(
    *, merchant: str, reference: str, last_four: str
) -> AffectedTransaction | None:
    """Return what is known of a transaction; None for one that is not affected and for a
    stranger's.

    One look-up by a hash of all three, so that neither the answer nor the time it takes tells an
    unknown transaction from one with another phone number.
    """
    key = lookup_key(merchant, reference, last_four)
    return AffectedTransaction.objects.filter(lookup_key=key).order_by("-updated_at").first()


def backlog_cells(incident_id: str) -> list[Cell]:
    """Return counts, amounts and open payouts by category and transaction day in Shanghai."""
    still_open = Q(status=TransactionStatus.PENDING)
    rows = (
        AffectedTransaction.objects.filter(incident_id=incident_id)
        .annotate(day=TruncDate("happened_at", tzinfo=SHANGHAI))
        .order_by("day", "category")
        .values("day", "category")
        .annotate(
            affected=Count("pk"),
            open=Count("pk", filter=still_open),
            affected_amount=Coalesce(Sum("amount"), ZERO),
            open_amount=Coalesce(Sum("amount", filter=still_open), ZERO),
            merchants=Count("merchant_key", distinct=True),
            open_merchants=Count("merchant_key", distinct=True, filter=still_open),
        )
    )
    return [Cell(**row) for row in rows]


def uploads() -> QuerySet[Upload]:
    """Return the uploads, newest first."""
    return Upload.objects.select_related("uploaded_by").order_by("-pk")
