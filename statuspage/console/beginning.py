"""Begin the form of a notice anew, with what is in force for the values that were chosen."""

from typing import Final

from django.http import QueryDict

from statuspage.console.forms.notices import PREFIX, concerned
from statuspage.lib.database_clock import database_now
from statuspage.notices.kind import NoticeKind

BEGIN: Final = "begin"


def begun_anew(data: QueryDict, kind: NoticeKind) -> QueryDict:
    """Return the submitted values with the kind's own ones put in; words and times stay."""
    chosen = {name: data.get(PREFIX + name, "") for name in kind.begins_with}
    begun = data.copy()
    values = kind.begin(chosen, database_now())
    for name, many in concerned(values).items():
        begun.setlist(name, many)
    for name, value in values.items():
        many = value if isinstance(value, list) else ["" if value is None else str(value)]
        begun.setlist(PREFIX + name, many)
    return begun
