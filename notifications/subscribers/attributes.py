"""The attributes of a merchant or agent that decide what they are told."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.lib.provinces import PROVINCES
from statuspage.notices import audience
from statuspage.notices.agents import agent_keys
from statuspage.notices.audience import (
    AGENT_LENGTH,
    CODE_LENGTH,
    CYCLE_LENGTH,
    MODEL_LENGTH,
    clean_agent_code,
    model_key,
)
from statuspage.notices.models import Product
from statuspage.notices.values import CYCLE

# Terminal models have spaces in them, so a space separates nothing.
SEPARATORS: Final = re.compile(r"[;,|\n\u3001\uff0c\uff1b]+")
# What one merchant has of anything.
MOST: Final = 20


class MerchantAttributes(models.Model):
    """What merchants may say of themselves; null and empty mean that it is not known."""

    products = ArrayField(
        models.CharField(max_length=CODE_LENGTH), verbose_name=_("products"), null=True, blank=True
    )
    # As statuspage.notices.audience.model_key has them.
    terminal_models = ArrayField(
        models.CharField(max_length=MODEL_LENGTH),
        verbose_name=_("terminal models"),
        null=True,
        blank=True,
    )
    cycles = ArrayField(
        models.CharField(max_length=CYCLE_LENGTH),
        verbose_name=_("settlement cycles"),
        null=True,
        blank=True,
    )
    province = models.CharField(
        _("province"),
        max_length=2,
        choices=[*PROVINCES.items()],
        blank=True,
        default="",
        db_default="",
    )

    class Meta:
        abstract = True


class AgentAttributes(models.Model):
    """The agent of a merchant, or the agent itself, by its code path; only staff set it."""

    agent_code = models.CharField(
        _("agent code"), max_length=AGENT_LENGTH, blank=True, default="", db_default=""
    )
    # Of this agent and of those above it (statuspage.notices.agents): an audience names one of
    # them. Null where there is no code.
    agent_keys = ArrayField(models.CharField(max_length=16), null=True, editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Attributes:
    """Attributes to set: None leaves one as it is, an empty value says that it is not known."""

    products: tuple[str, ...] | None = None
    terminal_models: tuple[str, ...] | None = None
    cycles: tuple[str, ...] | None = None
    province: str | None = None
    agent_code: str | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns that change, and what they become."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        if self.agent_code is not None:
            given["agent_keys"] = agent_keys(self.agent_code)
        return {
            name: value if isinstance(value, str) else [*value] or None
            for name, value in given.items()
        }

    def known(self) -> "Attributes":
        """Return only what says something: what was left empty stays as it is."""
        given = {one.name: getattr(self, one.name) or None for one in fields(self)}
        return Attributes(**given)


NOTHING_SAID: Final = Attributes()


def split(text: str) -> list[str]:
    """Return the parts of a list as people write it, by ; , | 、 or one a line."""
    return [part for one in SEPARATORS.split(text) if (part := one.strip())]


def clean_products(codes: Iterable[str], known: Collection[str] | None = None) -> tuple[str, ...]:
    """Return product codes; `known` are those that there are.

    Raises:
        ValidationError: there is no such product.
    """
    there = Product.objects.values_list("code", flat=True) if known is None else known
    found = _several(codes, str.strip)
    if unknown := set(found) - set(there):
        raise ValidationError(
            _("Unknown product: %(codes)s"),
            code="product",
            params={"codes": ", ".join(sorted(unknown))},
        )
    return found


def clean_models(models: Iterable[str]) -> tuple[str, ...]:
    """Return terminal models as they are compared; ValidationError for impossible ones."""
    return _several(models, model_key)


def clean_cycles(cycles: Iterable[str]) -> tuple[str, ...]:
    """Return settlement cycles such as T+1; ValidationError for what is none."""
    return _several(cycles, lambda one: str(CYCLE.read(one)))


def clean_province(written: str) -> str:
    """Return a province's code by its code or name; empty for none, ValidationError otherwise."""
    return audience.clean_province(written) if written.strip() else ""


def clean_code(written: str) -> str:
    """Return an agent's code path; empty for none, ValidationError for what is none."""
    return clean_agent_code(written) if written.strip() else ""


def _several(values: Iterable[str], read: Callable[[str], str]) -> tuple[str, ...]:
    found = tuple(sorted({read(one) for one in values}))
    if len(found) > MOST:
        raise ValidationError(_("Enter at most %(count)d."), code="most", params={"count": MOST})
    return found
