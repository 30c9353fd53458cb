"""The regimes under which an incident is reported: what starts each, to whom, from which rules."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Regime(models.TextChoices):
    """Whom an incident is reported to, and by which rules; an incident may run several."""

    PAYMENT = "payment", _("Payment incident")
    NETWORK = "network", _("Network security incident")
    LEAK = "leak", _("Personal information leak")


class Cause(models.TextChoices):
    """Why an incident has to be reported."""

    INTERRUPTION = "interruption", _("Interruption or failure of payment services")
    DOUBLE_SETTLEMENT = "double_settlement", _("Double settlement")
    FUNDS_LOSS = "funds_loss", _("Loss of funds")
    NEGATIVE_PUBLICITY = "negative_publicity", _("Serious negative publicity")
    CROWD = "crowd", _("Public disturbance")
    CRIME = "crime", _("Fraud, money laundering or gambling through our services")
    ATTACK = "attack", _("Attack, intrusion or malware")
    TAMPERING = "tampering", _("Pages or data tampered with")
    FAULT = "fault", _("Fault in software or hardware")
    LEAK = "leak", _("Leak of personal information")
    LOST = "lost", _("Loss of personal information")
    OTHER = "other", _("Other cause")


# Negative publicity, public disturbance, leaks, interruptions, crime and double settlement are
# events of the Administrative Measures named in SOURCES.
CAUSES: Final[Mapping[Regime, tuple[Cause, ...]]] = {
    Regime.PAYMENT: (
        Cause.INTERRUPTION,
        Cause.DOUBLE_SETTLEMENT,
        Cause.FUNDS_LOSS,
        Cause.NEGATIVE_PUBLICITY,
        Cause.CROWD,
        Cause.CRIME,
        Cause.LEAK,
        Cause.OTHER,
    ),
    Regime.NETWORK: (Cause.ATTACK, Cause.TAMPERING, Cause.FAULT, Cause.LEAK, Cause.OTHER),
    Regime.LEAK: (Cause.LEAK, Cause.TAMPERING, Cause.LOST, Cause.OTHER),
}
# The settings of a regime begin with it; the payment regime was the only one at first.
PREFIXES: Final[Mapping[Regime, str]] = {
    Regime.PAYMENT: "REGULATOR",
    Regime.NETWORK: "REGULATOR_NETWORK",
    Regime.LEAK: "REGULATOR_LEAK",
}
# What is shown where the operator has set nothing.
RECIPIENTS: Final[Mapping[Regime, Any]] = {
    Regime.PAYMENT: _("Local branch of the People's Bank of China"),
    Regime.NETWORK: _(
        "Cyberspace administration of the province; the police as well if a crime is suspected"
    ),
    Regime.LEAK: _(
        "The department responsible for personal information protection, and the people affected"
    ),
}
CONTACTS: Final[Mapping[Regime, Any]] = {
    Regime.NETWORK: _("Hotline 12387, website 12387.cert.org.cn"),
}
SOURCES: Final[Mapping[Regime, Any]] = {
    Regime.PAYMENT: _(
        "Administrative Measures for Reporting of Major Events by Non-bank Payment Institutions"
        " (in force since 1 September 2021): over 2 hours or over 100,000 transactions; a leak of"
        " over 5,000 records or 500 customers. Hours and grades: to be confirmed by your lawyers."
    ),
    Regime.NETWORK: _(
        "National Measures for the Administration of Cybersecurity Incident Reporting (in force"
        " since 1 November 2025), Article 4: level III or above within 4 hours, or within 1 hour"
        " where critical information infrastructure is affected. Figures: the grading guide"
        " annexed to them. The PBoC's own measures for its field (Order 2025 No. 4) may apply as"
        " well. Other hours and figures: to be confirmed by your lawyers."
    ),
    Regime.LEAK: _(
        "Personal Information Protection Law, Article 57: immediately. It names no number of"
        " hours; the figures here are to be confirmed by your lawyers."
    ),
}
