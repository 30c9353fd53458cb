"""Read front matter: YAML between two lines of ---, or TOML between two of +++."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from statuspage.importing.entries import Unusable

LARGEST: Final = 100_000
FENCES: Final = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*$\n?(.*)\Z", re.S | re.M)
TOML: Final = "+++"


@dataclass(frozen=True)
class Document:
    """A file with front matter: its fields by lower-case name, the lines they are on, its text."""

    fields: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str


class NoFrontMatter(Unusable):
    """The file does not begin with front matter."""


def document_of(text: str) -> Document:
    """Return the parts of a file.

    Raises:
        NoFrontMatter: it has none.
        Unusable: it is neither YAML nor TOML of fields, or does what neither needs to.
    """
    found = FENCES.match(text)
    if found is None:
        raise NoFrontMatter("it does not begin with front matter between two lines of ---")
    fence, written, body = found.groups()
    if len(written) > LARGEST:
        raise Unusable(f"its front matter is longer than {LARGEST:,} characters")
    before = text[: found.start(2)].count("\n")
    fields, lines = _toml(written) if fence == TOML else _yaml(written, before)
    return Document({name.lower(): value for name, value in fields.items()}, lines, body)


def _toml(written: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        return tomllib.loads(written), {}
    except (ValueError, RecursionError) as error:
        raise Unusable(f"its front matter is not TOML: {error}") from error


def _yaml(written: str, before: int) -> tuple[dict[str, Any], dict[str, int]]:
    loader = _Loader(written)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise Unusable("its front matter has no fields")
        lines = {str(key.value).lower(): key.start_mark.line + before + 1 for key, _v in node.value}
        found = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + before + 1}" if error.problem_mark else ""
        raise Unusable(f"its front matter is not YAML{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
        raise Unusable(f"its front matter is not YAML: {error}") from error
    finally:
        loader.dispose()
    return {str(name): value for name, value in found.items()}, lines


class _Loader(yaml.SafeLoader):
    """Plain values only: no alias, which can grow without end, and no field twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a field that stands there twice: which of the two is meant?"""
        seen = set()
        for key, _value in node.value:
            if key.value in seen:
                problem = f"“{key.value}” stands there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep)
