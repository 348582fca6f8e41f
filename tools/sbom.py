"""What the platform ships that others wrote, as a CycloneDX bill of materials; `make sbom` writes it.

Python packages come from the lock (names, versions, hashes) and from what is installed (licences), the
browser's files from static/ and the npm lock. Run from the repository's root:
`python -m tools.sbom [FILE]`. The same tree gives the same bytes: no time and no chance stand in it.
"""

import base64
import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "var" / "sbom.cdx.json"
LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$", re.M)
SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")

LONGEST_NAME = 80  # characters of a licence

# npm package → where what is shipped of it lies. A folder holds the version's minified files.
BROWSER = {
    "bootstrap": "static/vendor/bootstrap@{version}",
    "bootstrap-icons": "static/img/icons.svg",
    "htmx.org": "static/vendor/htmx@{version}",
}


@dataclass(frozen=True)
class Package:
    """One line of the Python lock; `marker` says on which machines alone it is installed."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def locked(text: str) -> list[Package]:
    """The packages of a compiled requirements file."""
    starts = list(LOCKED.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [
        Package(
            found["name"],
            found["version"],
            found["marker"] or "",
            tuple(SHA256.findall(text[found.start() : end])),
        )
        for found, end in zip(starts, ends, strict=True)
    ]


def licence_of(name: str) -> str:
    """In the package's own words; empty where it is not installed here (see its marker)."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    stated = about.get("License-Expression") or about.get("License") or ""
    kinds = [line for line in about.get_all("Classifier") or () if line.startswith("License :: ")]
    classified = [line.rpartition(" :: ")[2] for line in kinds]
    # Some paste the whole text of their licence there, which names nothing.
    is_name = stated and "\n" not in stated.strip() and len(stated) < LONGEST_NAME
    return stated.strip() if is_name else " AND ".join(classified) or "see the package"


def python_component(package: Package) -> Component:
    purl = PackageURL("pypi", name=package.name, version=package.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes]
    properties = [Property(name="xianfeng:marker", value=package.marker)] if package.marker else []
    return component(purl, licence=licence_of(package.name), hashes=hashes, properties=properties)


def browser_component(root: Path, name: str, entry: dict[str, Any]) -> Component:
    version = entry["version"]
    group, _slash, plain = name.rpartition("/")
    purl = PackageURL("npm", namespace=group or None, name=plain, version=version)
    digest = base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex()
    hashes = [HashType(alg=HashAlgorithm.SHA_512, content=digest)]
    files = shipped_files(root / BROWSER[name].format(version=version))
    return component(
        purl, licence=entry["license"], hashes=hashes, parts=[file_component(root, path) for path in files]
    )


def shipped_files(path: Path) -> list[Path]:
    """Raises FileNotFoundError where the lock names another version than the one that lies there."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: package-lock.json and static/ disagree.")
    return sorted(path.iterdir()) if path.is_dir() else [path]


def file_component(root: Path, path: Path) -> Component:
    name = path.relative_to(root).as_posix()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Component(
        type=ComponentType.FILE,
        name=name,
        bom_ref=f"file:{name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )


def component(
    purl: PackageURL,
    *,
    licence: str,
    hashes: Iterable[HashType],
    parts: Iterable[Component] = (),
    properties: Iterable[Property] = (),
) -> Component:
    """The hashes are of what the registry hands out, of any of its files, so they stand at that."""
    archive = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=XsUri(purl.to_string()), hashes=hashes
    )
    return Component(
        type=ComponentType.LIBRARY,
        name=purl.name,
        group=purl.namespace,
        version=purl.version,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[licence_entry(licence)] if licence else [],
        external_references=[archive],
        components=parts,
        properties=properties,
    )


def licence_entry(words: str) -> Any:
    """An SPDX id or expression where it is one, else the words as a name."""
    return LicenseFactory().make_from_string(words)


def components(root: Path) -> Iterator[Component]:
    for package in locked((root / "requirements.txt").read_text(encoding="utf-8")):
        yield python_component(package)
    npm = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in BROWSER:
        yield browser_component(root, name, npm[f"node_modules/{name}"])


def bill(root: Path = ROOT) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = Bom(components=components(root))
    made.metadata.component = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        description=project["description"],
        bom_ref=project["name"],
    )
    made.register_dependency(made.metadata.component, made.components)
    return steady(json.loads(JsonV1Dot6(made).output_as_string()))


def steady(written: dict[str, Any]) -> str:
    """Without the moment, and with a serial number that the content gives."""
    written["metadata"].pop("timestamp", None)
    written.pop("serialNumber", None)
    content = json.dumps(written, sort_keys=True, ensure_ascii=False)
    written["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, content).urn
    return json.dumps(written, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else OUTPUT
    target.parent.mkdir(parents=True, exist_ok=True)
    text = bill()
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {len(json.loads(text)['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
