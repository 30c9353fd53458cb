"""The type of whoever publishes; the log knows no more of staff than that."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statuspage.staff.models import Staff as Author
else:
    from django.contrib.auth.models import AbstractBaseUser as Author

__all__ = ["Author"]
