"""Components, their groups, and the history of their states."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus
from statuspage.statements.ids import new_id
from statuspage.statements.texts import clean_text


class ComponentGroup(models.Model):
    """A heading for components that belong together."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    name = models.JSONField(_("name"), validators=[clean_text], help_text="zh-hans, en")
    position = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("component group")
        verbose_name_plural = _("component groups")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.public_id))


class Component(models.Model):
    """A part of the service that a merchant can notice."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    group = models.ForeignKey(
        ComponentGroup,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="components",
    )
    name = models.JSONField(_("name"), validators=[clean_text], help_text="zh-hans, en")
    description = models.JSONField(_("description"), default=dict, blank=True)
    status = models.CharField(
        _("status"),
        max_length=30,
        choices=ComponentStatus.choices,
        default=ComponentStatus.OPERATIONAL,
        editable=False,
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    visible = models.BooleanField(_("shown to the public"), default=True)
    showcase = models.BooleanField(_("show uptime"), default=True)
    only_show_if_degraded = models.BooleanField(_("show only when not operational"), default=False)
    # While an incident holds it in an outage, no payout date is promised (settlement/arrival).
    pays_out = models.BooleanField(
        _("payouts depend on it"),
        default=False,
        help_text=_(
            "While an incident puts this service into an outage, the page says that payouts are "
            "delayed and promises no ordinary arrival date."
        ),
    )
    # Merchant categories whose payouts these are; empty: all merchants.
    pays_out_to = models.JSONField(_("payouts to"), default=list, blank=True)
    start_date = models.DateField(_("in service since"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.name.get("zh-hans", self.public_id))


class StatusChange(models.Model):
    """From when a component was in a state, and which statement said so."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(max_length=30, choices=ComponentStatus.choices)
    since = models.DateTimeField()
    statement_number = models.BigIntegerField()

    class Meta:
        ordering = ["since", "pk"]
        indexes = [models.Index(fields=["component", "since"])]

    def __str__(self) -> str:
        return f"{self.component_id} {self.status}"
