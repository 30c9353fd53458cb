"""Reading bodies: JSON that can be stored exactly, and CSV as it comes."""

import io
import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from statuspage.statements.canonical import NotCanonical, canonical


class StrictJSONParser(BaseParser):
    """JSON, refused where PostgreSQL or the canonical form could not carry it unchanged."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value.

        Raises:
            ParseError: not UTF-8, not JSON, nested too deep, or holding NUL, a lone surrogate,
                NaN, or a whole number beyond 2^53.
        """
        try:
            value = json.loads(stream.read().decode(), parse_constant=_refuse)
            canonical({"body": value})
        except NotCanonical as error:
            raise ParseError(
                _("The body has a character or a number that cannot be kept.")
            ) from error
        except RecursionError as error:
            raise ParseError(_("The body is nested too deep.")) from error
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON in UTF-8.")) from error
        return value


class CSVParser(BaseParser):
    """A CSV file as the whole body, given on under the name that an uploaded file would have."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, io.BytesIO]:
        """The file under `file`."""
        return {"file": io.BytesIO(stream.read())}


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON
