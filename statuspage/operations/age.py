"""Encrypt backups for the holders of age keys, piece by piece, and decrypt them."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import pyrage

# The first bytes of every file that age wrote.
MAGIC: Final = b"age-encryption.org/"
SECRET_KEY: Final = "AGE-SECRET-KEY-"  # noqa: S105 - how one begins


class WrongIdentity(Exception):
    """None of the identities opens the file, or the file is damaged."""


def read_recipient(text: str) -> Any:
    """Return a public key.

    Raises:
        ValueError: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ValueError(f"{text[:8]!r}… is no public key of age (age1…)") from error


def read_identities(path: Path) -> list[Any]:
    """Return the secret keys in a file of age-keygen.

    Raises:
        WrongIdentity: it cannot be read, or holds none.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
        found = [
            pyrage.x25519.Identity.from_str(one) for one in lines if one.startswith(SECRET_KEY)
        ]
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise WrongIdentity(f"{path} cannot be read as a file of age-keygen") from error
    if not found:
        raise WrongIdentity(f"{path} holds no secret key ({SECRET_KEY}…)")
    return found


def is_encrypted(path: Path) -> bool:
    """Return whether age wrote the file."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def write_encrypted(source: IO[bytes], target: IO[bytes], recipients: Sequence[str]) -> None:
    """Copy everything, encrypted for the recipients; in clear where there are none."""
    if recipients:
        pyrage.encrypt_io(source, target, [read_recipient(one) for one in recipients])
    else:
        shutil.copyfileobj(source, target)


class _Decryption(threading.Thread):
    """Writes a file in clear into a program, and closes its input in the end."""

    def __init__(self, path: Path, into: IO[bytes], identities: Sequence[Any]) -> None:
        super().__init__(name="candor-decryption", daemon=True)
        self._path, self._into, self._identities = path, into, identities
        self.failed = False

    def run(self) -> None:
        # What is damaged is noticed at the latest at its end: until then nothing is final.
        with self._path.open("rb") as file, suppress(BrokenPipeError), self._into:
            try:
                pyrage.decrypt_io(file, self._into, self._identities)
            except (pyrage.DecryptError, OSError):
                self.failed = True


@contextmanager
def decrypted_into(path: Path, into: IO[bytes], identities: Sequence[Any]) -> Iterator[None]:
    """Write the file in clear into a pipe while the caller reads what comes of it.

    Raises:
        WrongIdentity: at the end, that not all of it could be opened.
    """
    work = _Decryption(path, into, identities)
    work.start()
    try:
        yield
    finally:
        work.join()
    if work.failed:
        raise WrongIdentity("the identity does not open the backup, or the backup is damaged")
