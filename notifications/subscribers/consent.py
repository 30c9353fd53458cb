"""The words that subscribers agree to, under the version that their consent names."""

from typing import Final

from django.utils.translation import gettext_lazy as _

# A change of the text below is a new version: consent is given to words, not to a purpose.
CONSENT_VERSION: Final = "2026-11"
CONSENT_TEXT: Final = _(
    "I agree that %(operator)s stores this phone number or e-mail address, encrypted, and uses it "
    "only to send me the service notices chosen above. I can stop them or have everything erased "
    "at any time."
)

# What consent taken elsewhere (an import, the staff) names instead.
IMPORTED_VERSION: Final = "import"
