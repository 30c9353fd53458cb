"""The type of an author; the log needs to know nothing else about staff."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statuspage.staff.models import Staff as Author
else:
    from django.contrib.auth.models import AbstractBaseUser as Author

__all__ = ["Author"]
