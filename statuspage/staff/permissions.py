"""The one table of permissions: which roles may do what, at the console, the API and /admin/.

A token may do what its owner may, and of that only what its scopes name: a scope never extends.
An act without a scope cannot be done with any token.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from statuspage.staff.roles import (
    EVERYONE,
    MAY_ADMINISTER,
    MAY_APPROVE,
    MAY_AUDIT,
    MAY_PUBLISH,
    Role,
    Scope,
)

if TYPE_CHECKING:  # its properties ask this module
    from statuspage.staff.models import ApiToken, Staff


class Act(StrEnum):
    """What somebody may want to do, whichever door they use."""

    READ = "read"
    OWN_ACCOUNT = "own account"
    READ_SUBSCRIBERS = "read subscribers, masked"
    EXPORT_MASKED = "export subscribers, masked"
    EXPORT_CLEAR = "export subscribers in full"
    ADD_SUBSCRIBER = "add a subscriber or webhook"
    IMPORT_SUBSCRIBERS = "import subscribers"
    ERASE_SUBSCRIBER = "erase a subscriber"
    PROVE_CONSENT = "prove what an address agreed to"
    REACTIVATE_ADDRESS = "reactivate a stopped address"
    UPLOAD_TRANSACTIONS = "upload affected transactions"
    PUBLISH = "publish"
    PUBLISH_ALONE = "publish what takes two, by a token"
    APPROVE = "approve"
    EDIT_TEMPLATES = "edit templates"
    LOAD_CALENDAR = "load a calendar year"
    REVIEW_CALENDAR = "review a calendar year"
    REPORT_SIGNAL = "report a signal"
    DECIDE_SIGNAL = "decide on a signal"
    RECORD_REPORTS = "record reports to the regulator"
    DECIDE_HELD = "decide on held broadcasts"
    RELEASE_DOUBTFUL = "release what may have been sent"
    DECIDE_DEAD_LETTERS = "decide on failed messages"
    AUDIT = "read the audit log"
    OWN_TOKENS = "issue and revoke one's own tokens"
    ALL_TOKENS = "see and revoke everybody's tokens"
    REFERENCE_DATA = "change reference data"
    PEOPLE = "invite, change, disable and reset accounts"
    CONFIRM = "confirm accounts and tokens of others"


@dataclass(frozen=True)
class Permission:
    """The roles that may do something, and the scope that a token needs for it."""

    roles: frozenset[Role]
    scope: Scope | None = None

    @property
    def takes_confirmed(self) -> bool:
        """Whether the account must have been confirmed: for what approvers can, authors cannot.

        One administrator would else be two persons, with the accounts that they make.
        """
        return self.roles <= MAY_APPROVE


PERMISSIONS: Final = {
    Act.READ: Permission(EVERYONE, Scope.READ),
    Act.OWN_ACCOUNT: Permission(EVERYONE),
    Act.READ_SUBSCRIBERS: Permission(EVERYONE),
    Act.EXPORT_MASKED: Permission(EVERYONE),
    Act.EXPORT_CLEAR: Permission(MAY_ADMINISTER),
    Act.ADD_SUBSCRIBER: Permission(MAY_APPROVE, Scope.SUBSCRIBERS),
    Act.IMPORT_SUBSCRIBERS: Permission(MAY_APPROVE, Scope.SUBSCRIBERS),
    Act.ERASE_SUBSCRIBER: Permission(MAY_APPROVE),
    Act.PROVE_CONSENT: Permission(MAY_AUDIT),
    Act.REACTIVATE_ADDRESS: Permission(MAY_APPROVE),
    Act.UPLOAD_TRANSACTIONS: Permission(MAY_APPROVE),
    Act.PUBLISH: Permission(MAY_PUBLISH, Scope.PUBLISH),
    Act.PUBLISH_ALONE: Permission(MAY_APPROVE, Scope.ALONE),
    Act.APPROVE: Permission(MAY_APPROVE),
    Act.EDIT_TEMPLATES: Permission(MAY_APPROVE),
    Act.LOAD_CALENDAR: Permission(MAY_PUBLISH),
    Act.REVIEW_CALENDAR: Permission(MAY_APPROVE),
    Act.REPORT_SIGNAL: Permission(MAY_PUBLISH, Scope.SIGNALS),
    Act.DECIDE_SIGNAL: Permission(MAY_PUBLISH),
    Act.RECORD_REPORTS: Permission(MAY_PUBLISH),
    Act.DECIDE_HELD: Permission(MAY_PUBLISH),
    Act.RELEASE_DOUBTFUL: Permission(MAY_APPROVE),
    Act.DECIDE_DEAD_LETTERS: Permission(MAY_APPROVE, Scope.RESEND),
    Act.AUDIT: Permission(MAY_AUDIT),
    Act.OWN_TOKENS: Permission(EVERYONE),
    Act.ALL_TOKENS: Permission(MAY_ADMINISTER),
    Act.REFERENCE_DATA: Permission(MAY_ADMINISTER),
    Act.PEOPLE: Permission(MAY_ADMINISTER),
    Act.CONFIRM: Permission(MAY_APPROVE),
}


def may(staff: "Staff", act: Act) -> bool:
    """Return whether this person may do it."""
    one = PERMISSIONS[act]
    return has_role_for(staff, act) and (staff.is_confirmed or not one.takes_confirmed)


def has_role_for(staff: "Staff", act: Act) -> bool:
    """Return whether this person's role may do it, confirmed or not."""
    return staff.is_active and staff.role in PERMISSIONS[act].roles


def token_may(token: "ApiToken", act: Act) -> bool:
    """Return whether this token may do it: its owner may, and one of its scopes names it."""
    scope = PERMISSIONS[act].scope
    return scope is not None and token.allows(scope) and may(token.staff, act)


def roles_for(act: Act) -> frozenset[Role]:
    """Return the roles that may do it."""
    return PERMISSIONS[act].roles


def scopes_for(staff: "Staff") -> list[Scope]:
    """Return the scopes that this person may give a token: those for what they may do."""
    given = {one.scope for act, one in PERMISSIONS.items() if may(staff, act)}
    return [one for one in Scope if one in given]
