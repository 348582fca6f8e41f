"""Nothing that is shipped is missing from the bill of materials, and others can read it."""

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import sbom


@pytest.fixture(scope="module")
def text() -> str:
    return sbom.bill()


@pytest.fixture(scope="module")
def named(text: str) -> dict[str, dict[str, Any]]:
    return {component["purl"]: component for component in json.loads(text)["components"]}


def test_it_keeps_to_the_schema(text: str):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_every_locked_package_stands_in_it_with_version_and_hashes(named: dict[str, Any]):
    """Read in another way than the tool reads it."""
    lines = (sbom.ROOT / "requirements.txt").read_text().splitlines()
    pins = [re.split(r"[ ;\\]", line)[0] for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins) > 40
    for pin in pins:
        name, version = pin.split("==")
        component = named[f"pkg:pypi/{name}@{version}"]
        assert (component["name"], component["version"]) == (name, version)
        assert component["externalReferences"][0]["hashes"]
    hashes = sum(line.strip().startswith("--hash=sha256:") for line in lines)
    assert hashes == sum(
        len(component["externalReferences"][0]["hashes"])
        for purl, component in named.items()
        if purl.startswith("pkg:pypi/")
    )


def test_every_installed_package_names_its_licence(named: dict[str, Any]):
    without = {component["name"] for component in named.values() if "licenses" not in component}
    assert all(is_absent(name) for name in without)
    assert len(without) <= 2


def is_absent(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return True
    return False


def test_every_file_of_others_that_browsers_get_stands_in_it(named: dict[str, Any]):
    parts = {
        part["name"] for component in named.values() for part in component.get("components", ())
    }  # fmt: skip
    vendored = {
        path.relative_to(sbom.ROOT).as_posix()
        for path in (sbom.ROOT / "static" / "vendor").rglob("*")
        if path.is_file()
    }
    assert len(vendored) >= 4
    assert vendored | {"static/img/icons.svg"} == parts


def test_the_same_tree_gives_the_same_bytes(text: str):
    assert sbom.bill() == text
    assert "timestamp" not in text


def test_another_version_on_the_disk_than_in_the_lock_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="disagree"):
        sbom.shipped_files(tmp_path / "htmx@9.9.9")


def test_a_lock_with_markers_is_read():
    line = "tzdata==2026.6 ; sys_platform == 'win32' \\\n    --hash=sha256:" + "a" * 64 + "\n"
    plain = "six==1.17.0 \\\n    --hash=sha256:" + "b" * 64 + " \\\n    --hash=sha256:" + "c" * 64 + "\n"
    tzdata, six = sbom.locked(line + plain)
    assert (tzdata.name, tzdata.version, tzdata.marker) == ("tzdata", "2026.6", "sys_platform == 'win32'")
    assert (six.marker, len(tzdata.hashes), len(six.hashes)) == ("", 1, 2)
