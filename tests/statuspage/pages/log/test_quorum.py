"""So many witnesses as are demanded: one that goes by two names is one."""

import base64
import hashlib
import importlib.util
import sys
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from statuspage.pages.log.machine import VERIFIER

TEXT = "127.0.0.1:8000/log\n1\nAAAA"
MOMENT = (1_700_000_000).to_bytes(8, "big")


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    """Return the program that readers download."""
    spec = importlib.util.spec_from_file_location("verify_log_of_readers", VERIFIER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its data classes look themselves up
    spec.loader.exec_module(module)
    return module


def witness(name: str, private: Ed25519PrivateKey) -> tuple[str, str]:
    """Return a witness's verifier key, and its line under TEXT."""
    data = b"\x04" + private.public_key().public_bytes_raw()
    number = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    signed = f"cosignature/v1\ntime {int.from_bytes(MOMENT, 'big')}\n{TEXT}\n".encode()
    line = base64.b64encode(number + MOMENT + private.sign(signed)).decode()
    return f"{name}+{number.hex()}+{base64.b64encode(data).decode()}", f"— {name} {line}\n"


@pytest.mark.parametrize("same", [True, False])
def test_one_key_under_two_names_is_one_witness(verifier: ModuleType, same: bool) -> None:
    first = Ed25519PrivateKey.generate()
    second = first if same else Ed25519PrivateKey.generate()
    (one, line), (other, line_of_other) = witness("a.example", first), witness("b.example", second)
    note = f"{TEXT}\n\n{line}{line_of_other}"
    demanded = verifier.Seen(witnesses=[one, other], quorum=2)
    if same:
        with pytest.raises(verifier.CannotTell):
            verifier.check_witnesses(note, demanded)
        demanded.quorum = 1
        assert verifier.check_witnesses(note, demanded) == ["a.example"]
    else:
        assert verifier.check_witnesses(note, demanded) == ["a.example", "b.example"]
