"""Extract what we use of Twilio's OpenAPI document: names, types and formats, no prose.

`python -m tests.tools.twilio_schema twilio_api_v2010.json`, with the file of that name in
https://github.com/twilio/twilio-oai, writes tests/data/twilio_api.json.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.product import ROOT

WRITTEN: Final = ROOT / "tests" / "data" / "twilio_api.json"
BASE: Final = "/2010-04-01/Accounts/{AccountSid}"
PATHS: Final = (
    f"{BASE}/Messages.json",
    f"{BASE}/Messages/{{Sid}}.json",
    f"{BASE}/Calls.json",
    f"{BASE}/Calls/{{Sid}}.json",
)
METHODS: Final = ("get", "post", "delete")
FORM: Final = "application/x-www-form-urlencoded"
# What JSON Schema says; prose, examples and Twilio's own marks are left out.
KEPT: Final = (
    *("type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum"),
    *("required", "nullable"),
)


def main() -> None:
    """Read the document, and write what we use."""
    document = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    found = {
        path: {
            method: _operation(document, operation)
            for method, operation in document["paths"][path].items()
            if method in METHODS
        }
        for path in PATHS
    }
    WRITTEN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")


def _operation(document: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    form = given.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    answers = {
        status: _schema(document, answer["content"]["application/json"]["schema"])
        for status, answer in given["responses"].items()
        if "content" in answer
    }
    parameters = {
        place: {
            one["name"]: _schema(document, one["schema"])
            for one in given.get("parameters", ())
            if one["in"] == place
        }
        for place in ("path", "query")
    }
    # Of each of these groups a request has one at least.
    groups = [
        [_spelled(name, form["properties"]) for name in group]
        for group in given.get("x-twilio", {}).get("conditional", ())
    ]
    return {
        **parameters,
        "form": _schema(document, form),
        "one_of_each": groups,
        "answers": answers,
    }


def _spelled(name: str, properties: Mapping[str, Any]) -> str:
    """Return a parameter's name as requests have it: `messaging_service_sid` in words apart."""
    return next(one for one in properties if one.lower() == name.replace("_", ""))


def _schema(document: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in given:
        target: Any = document
        for step in given["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _schema(document, target)
    kept = {name: given[name] for name in KEPT if name in given}
    if "properties" in given:
        kept["properties"] = {
            name: _schema(document, one) for name, one in given["properties"].items()
        }
    if "items" in given:
        kept["items"] = _schema(document, given["items"])
    return kept


if __name__ == "__main__":
    main()
