"""Parsers for request bodies: strict JSON, and CSV."""

import io
import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from statuspage.statements.canonical import NotCanonical, canonical


class StrictJSONParser(BaseParser):
    """Parse JSON, and refuse what PostgreSQL or the canonical form cannot store unchanged."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Parse the body and return its value.

        Raises:
            ParseError: not UTF-8, not JSON, nested too deep, or holding NUL, a lone surrogate,
                NaN, or a whole number beyond 2^53.
        """
        try:
            value = json.loads(stream.read().decode(), parse_constant=_refuse)
            canonical({"body": value})
        except NotCanonical as error:
            raise ParseError(
                _("The body contains a character or a number that cannot be stored.")
            ) from error
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON in UTF-8.")) from error
        return value


class CSVParser(BaseParser):
    """Accept a CSV file as the whole body, under the same name as an uploaded file."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, io.BytesIO]:
        """Return the uploaded file under the key `file`."""
        return {"file": io.BytesIO(stream.read())}


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON
