"""Typed settings of the public log."""

from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator, field_validator

from statuspage.lib.env import AreaSettings, secret, written
from statuspage.statements.notes import check_name, read_seed
from statuspage.statements.witnesses import Witness, read_witnesses


class PublicLogSettings(AreaSettings):
    """The public log of statements."""

    LOG_SIGNING_KEY: Annotated[
        str,
        secret(
            "ZGVtby1sb2cta2V5LW5ldmVyLWluLXByb2R1Y3Rpb24=",
            lambda text: [read_seed(one.strip()) for one in text.split(",")],
        ),
    ] = ""
    """Signs the log: 32 random bytes in base64. While one key replaces another, put the new one
    behind the old, separated by a comma: both sign. Make one: openssl rand -base64 32"""
    LOG_ORIGIN: str = ""
    """Name of the log, which never changes; empty: the host of SITE_URL and /log."""

    LOG_COPY_DIR: Path | None = None
    """Folder of this machine's own copy of every checkpoint, which whoever can write to the
    database alone cannot reach; empty: DATA_DIR/log. It must survive a restart."""

    WITNESSES: Annotated[tuple[Witness, ...], PlainValidator(read_witnesses)] = written("")
    """Witnesses that cosign the log, separated by commas: each the verifier key and the address
    that `candor witness serve` prints, with a space between them. See docs/log.md."""

    @field_validator("LOG_ORIGIN")
    @classmethod
    def _name_can_stand(cls, name: str) -> str:
        return check_name(name) if name else name
