"""The languages of readers, as the API names them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from statuspage.statements.texts import CHINESE, ENGLISH

LANGUAGES: Final = [(CHINESE, _("Chinese")), (ENGLISH, _("English"))]
