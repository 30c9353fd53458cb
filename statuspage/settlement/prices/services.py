"""Adding prices; nothing that was known before is changed."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import ZERO, Fee
from statuspage.notices.audience import MerchantCategory
from statuspage.settlement.prices.changing import Concerned
from statuspage.settlement.prices.models import FixedPer, Price
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing


def price_add(
    *,
    category: str,
    fee: Fee,
    product: str = "",
    card: str = "",
    channel: str = "",
    mcc: str = "",
    above: Decimal = ZERO,
    up_to: Decimal | None = None,
    fixed_per: str = FixedPer.TRANSACTION,
    replaces: bool = True,
    valid_from: date | None = None,
    valid_until: date | None = None,
    known_from: datetime | None = None,
    statement: Statement | None = None,
) -> Price:
    """Add a price; call it where the notice that says so is being published.

    Left out, `known_from` is when the statement was published, or now.

    Raises:
        ValidationError: it ends before it begins, or there is no such category.
    """
    if valid_from and valid_until and valid_until < valid_from:
        raise ValidationError({"valid_until": _("This must not be before the start.")})
    with publishing() as now:
        return Price.objects.create(
            category=clean_choice(MerchantCategory, category),
            product=product,
            card=card,
            channel=channel,
            mcc=mcc,
            above=above,
            up_to=up_to,
            percent=fee.percent,
            fixed=fee.fixed,
            cap=fee.cap,
            minimum=fee.minimum,
            fixed_per=fixed_per,
            replaces=replaces,
            valid_from=valid_from,
            valid_until=valid_until,
            known_from=known_from or (statement.published_at if statement else now),
            statement=statement,
            entered_by=statement.author if statement else None,
        )


def price_change(
    concerned: Concerned, fee: Fee, *, valid_from: date, statement: Statement
) -> Price:
    """Add a price again, for what a change names of it, with another fee from a day on."""
    price = concerned.price
    return price_add(
        category=price.category,
        product=concerned.product,
        card=concerned.card,
        channel=concerned.channel,
        mcc=price.mcc,
        above=price.above,
        up_to=price.up_to,
        fixed_per=price.fixed_per,
        fee=fee,
        replaces=False,
        valid_from=valid_from,
        valid_until=price.valid_until,
        statement=statement,
    )
