"""Write what a release consists of, as CycloneDX (ECMA-424)."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from statuspage import __version__

ROOT: Final = Path(__file__).resolve().parents[2]


def write(folder: Path) -> Path:
    """Write the bill of materials of the wheel in a folder beside it, and return its path.

    It names every package of requirements.txt with its version and hashes, and the wheel's hash.

    Raises:
        SystemExit: there is no wheel of this version.
    """
    wheels = sorted(folder.glob(f"candor-{__version__}-*.whl"))
    if len(wheels) != 1:
        raise SystemExit(f"there is no single wheel of candor {__version__} in {folder}")
    path = folder / f"candor-{__version__}.cdx.json"
    program = Path(sys.executable).with_name("cyclonedx-py")
    subprocess.run(
        [
            *(program, "requirements", ROOT / "requirements.txt"),
            *("--pyproject", ROOT / "pyproject.toml", "--mc-type", "application"),
            *("--output-reproducible", "--of", "JSON", "--validate", "-o", path),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    _complete(path, wheels[0])
    return path


def _complete(path: Path, wheel: Path) -> None:
    """Add the version and the wheel, which is made of sources that name neither."""
    document = json.loads(path.read_text(encoding="utf-8"))
    root = document["metadata"]["component"]
    root["version"] = __version__
    root["purl"] = f"pkg:pypi/candor@{__version__}"
    root["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    used = sorted(one["bom-ref"] for one in document["components"])
    document["dependencies"] = [
        {"ref": root["bom-ref"], "dependsOn": used},
        *({"ref": one} for one in used),
    ]
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write it for the wheel in dist/."""
    print(write(ROOT / "dist"))


if __name__ == "__main__":
    main()
