"""Who may do what, as people decided it: the expectations that both doors are held against.

Written by hand and apart from statuspage/staff/permissions.py, so that a slip there fails.
"""

from typing import Final

from statuspage.staff.permissions import Act
from statuspage.staff.roles import Role, Scope

ALL: Final = {Role.AUTHOR, Role.APPROVER, Role.ADMIN, Role.AUDITOR}
WRITERS: Final = {Role.AUTHOR, Role.APPROVER, Role.ADMIN}
DECIDERS: Final = {Role.APPROVER, Role.ADMIN}
ADMINS: Final = {Role.ADMIN}

ROLES: Final[dict[Act, set[Role]]] = {
    Act.READ: ALL,
    Act.OWN_ACCOUNT: ALL,
    Act.READ_SUBSCRIBERS: ALL,
    Act.EXPORT_MASKED: ALL,
    Act.EXPORT_CLEAR: ADMINS,
    Act.ADD_SUBSCRIBER: DECIDERS,
    Act.IMPORT_SUBSCRIBERS: DECIDERS,
    Act.ERASE_SUBSCRIBER: DECIDERS,
    Act.PROVE_CONSENT: {Role.ADMIN, Role.AUDITOR},
    Act.REACTIVATE_ADDRESS: DECIDERS,
    Act.UPLOAD_TRANSACTIONS: DECIDERS,
    Act.PUBLISH: WRITERS,
    Act.PUBLISH_ALONE: DECIDERS,
    Act.APPROVE: DECIDERS,
    Act.EDIT_TEMPLATES: DECIDERS,
    Act.LOAD_CALENDAR: WRITERS,
    Act.REVIEW_CALENDAR: DECIDERS,
    Act.REPORT_SIGNAL: WRITERS,
    Act.DECIDE_SIGNAL: WRITERS,
    Act.RECORD_REPORTS: WRITERS,
    Act.DECIDE_HELD: WRITERS,
    Act.RELEASE_DOUBTFUL: DECIDERS,
    Act.DECIDE_DEAD_LETTERS: DECIDERS,
    Act.AUDIT: {Role.ADMIN, Role.AUDITOR},
    Act.OWN_TOKENS: ALL,
    Act.ALL_TOKENS: ADMINS,
    Act.REFERENCE_DATA: ADMINS,
    Act.PEOPLE: ADMINS,
    Act.CONFIRM: DECIDERS,
}
# What an account can do that nobody has confirmed: no more than an author or auditor.
UNCONFIRMED: Final = {act for act, roles in ROLES.items() if not roles <= DECIDERS}
# What a token needs besides; every other act takes a person at the console.
SCOPES: Final[dict[Act, Scope]] = {
    Act.READ: Scope.READ,
    Act.PUBLISH: Scope.PUBLISH,
    Act.PUBLISH_ALONE: Scope.ALONE,
    Act.REPORT_SIGNAL: Scope.SIGNALS,
    Act.ADD_SUBSCRIBER: Scope.SUBSCRIBERS,
    Act.IMPORT_SUBSCRIBERS: Scope.SUBSCRIBERS,
    Act.DECIDE_DEAD_LETTERS: Scope.RESEND,
}
# By route and method; every address of the API for machines, and of no other.
API: Final[dict[str, dict[str, Act]]] = {
    "api/v1/incidents/": {"GET": Act.READ, "POST": Act.PUBLISH},
    "api/v1/incidents/backfills/": {"POST": Act.PUBLISH},
    "api/v1/incidents/<id:public_id>/": {"GET": Act.READ},
    "api/v1/incidents/<id:public_id>/updates/": {"POST": Act.PUBLISH},
    "api/v1/incidents/<id:public_id>/reopenings/": {"POST": Act.PUBLISH},
    "api/v1/proposals/<int:number>/stops/": {"POST": Act.PUBLISH},
    "api/v1/maintenances/": {"GET": Act.READ, "POST": Act.PUBLISH},
    "api/v1/maintenances/<id:public_id>/": {"GET": Act.READ},
    "api/v1/maintenances/<id:public_id>/updates/": {"POST": Act.PUBLISH},
    "api/v1/maintenances/<id:public_id>/cancellations/": {"POST": Act.PUBLISH},
    "api/v1/maintenances/<id:public_id>/reschedulings/": {"POST": Act.PUBLISH},
    "api/v1/notices/": {"GET": Act.READ, "POST": Act.PUBLISH},
    "api/v1/notices/<id:public_id>/": {"GET": Act.READ},
    "api/v1/statements/": {"GET": Act.READ},
    "api/v1/statements/<int:number>/": {"GET": Act.READ},
    "api/v1/statements/<int:number>/corrections/": {"POST": Act.PUBLISH},
    "api/v1/statements/<int:number>/withdrawals/": {"POST": Act.PUBLISH},
    "api/v1/previews/incidents/": {"POST": Act.PUBLISH},
    "api/v1/previews/incidents/<id:public_id>/updates/": {"POST": Act.PUBLISH},
    "api/v1/previews/incidents/<id:public_id>/reopenings/": {"POST": Act.PUBLISH},
    "api/v1/previews/maintenances/": {"POST": Act.PUBLISH},
    "api/v1/previews/maintenances/<id:public_id>/updates/": {"POST": Act.PUBLISH},
    "api/v1/previews/maintenances/<id:public_id>/cancellations/": {"POST": Act.PUBLISH},
    "api/v1/previews/maintenances/<id:public_id>/reschedulings/": {"POST": Act.PUBLISH},
    "api/v1/previews/notices/": {"POST": Act.PUBLISH},
    "api/v1/previews/statements/<int:number>/corrections/": {"POST": Act.PUBLISH},
    "api/v1/previews/statements/<int:number>/withdrawals/": {"POST": Act.PUBLISH},
    "api/v1/proposals/<int:number>/": {"GET": Act.READ},
    "api/v1/components/": {"GET": Act.READ},
    "api/v1/broadcasts/<int:number>/": {"GET": Act.READ},
    "api/v1/deliveries/": {"GET": Act.READ},
    "api/v1/resendings/": {"POST": Act.DECIDE_DEAD_LETTERS},
    "api/v1/resendings/<int:number>/": {"GET": Act.READ},
    "api/v1/signals/": {"POST": Act.REPORT_SIGNAL},
    "hooks/alertmanager/": {"POST": Act.REPORT_SIGNAL},
    "api/v1/subscribers/": {"POST": Act.ADD_SUBSCRIBER},
    "api/v1/subscribers/mini-program/": {"POST": Act.ADD_SUBSCRIBER},
    "api/v1/subscribers/import/": {"POST": Act.IMPORT_SUBSCRIBERS},
    "api/v1/subscribers/<id:public_id>/": {"GET": Act.ADD_SUBSCRIBER, "PATCH": Act.ADD_SUBSCRIBER},
}
