"""Write the bill of materials that follows from requirements.txt: CycloneDX, as JSON.

    scripts/supply sbom

Runs in build/supply, and takes licences from what is installed in .venv. What only builds the
exporter has the scope `excluded`: it is no part of what runs.
"""
# ruff: noqa: INP001 - a script, not a package

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from tests.supply.licences import licence_of

ROOT = Path(__file__).parents[1]
OURSELVES, BUILD = "release-exporter (pyproject.toml)", "release-exporter (pyproject.toml:build)"


@dataclass(frozen=True)
class Locked:
    """One package of the lock, with what asks for it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    via: frozenset[str]


def read_lock(text: str) -> Iterator[Locked]:
    """Yield the packages of a lock that uv has written."""
    for entry in re.split(r"\n(?=[a-z])", text):
        if head := re.match(r"([\w.-]+)==([\w.]+)", entry):
            via = re.findall(r"^ +# +(?:via )?(?!via$)(\S.*)$", entry, re.MULTILINE)
            yield Locked(
                head[1], head[2], tuple(re.findall(r"sha256:(\w+)", entry)), frozenset(via)
            )


def running(packages: list[Locked]) -> set[str]:
    """Return the names of what the exporter needs to run."""
    wanted, before = {OURSELVES}, set[str]()
    while wanted != before:
        before = wanted
        wanted = wanted | {one.name for one in packages if one.via & wanted}
    return wanted


def licences_of_venv(packages: list[Locked]) -> dict[str, str]:
    """Return each package's licence, as the installed one says."""
    names = {one.name for one in packages}
    found = distributions(path=[str(one) for one in ROOT.glob(".venv/lib/python3*/site-packages")])
    normal = {re.sub(r"[-_.]+", "-", one.name).lower(): one for one in found}
    return {name: licence_of(name, normal[name].metadata) for name in names}


def component(one: Locked, licence: str, scope: ComponentScope) -> Component:
    """Return the package as CycloneDX knows it."""
    purl = PackageURL("pypi", None, one.name, one.version)
    # Where it is fetched from is everybody's own registry.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),
        comment="wheels and source, by hash",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one_hash) for one_hash in one.hashes],
    )
    return Component(
        type=ComponentType.LIBRARY,
        name=one.name,
        version=one.version,
        bom_ref=str(purl),
        purl=purl,
        scope=scope,
        licenses=[LicenseFactory().make_from_string(licence)],
        external_references=[files],
    )


def bill(packages: list[Locked]) -> Bom:
    """Return the bill of the exporter and of every package, with what needs what."""
    needed, licences = running(packages), licences_of_venv(packages)
    root = Component(
        type=ComponentType.APPLICATION,
        name="release-exporter",
        bom_ref="release-exporter",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    bom = Bom()
    bom.metadata.component = root
    made: dict[str, list[Component]] = {}
    for one in packages:
        scope = ComponentScope.REQUIRED if one.name in needed else ComponentScope.EXCLUDED
        made.setdefault(one.name, []).append(component(one, licences[one.name], scope))
        bom.components.add(made[one.name][-1])
    for one in packages:
        for asking in one.via:
            for needing in [root] if asking in (OURSELVES, BUILD) else made[asking]:
                bom.register_dependency(needing, made[one.name])
    return bom


def main() -> None:
    """Write the file, if it is what its format asks for."""
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    written = json.loads(JsonV1Dot6(bill(list(read_lock(lock)))).output_as_string())
    # The same lock makes the same file.
    del written["serialNumber"], written["metadata"]["timestamp"]
    text = json.dumps(written, indent=1, sort_keys=True) + "\n"
    mistake = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if mistake:
        raise SystemExit(f"scripts/make_sbom.py: {mistake}")
    (ROOT / "sbom.cdx.json").write_text(text, "utf-8")


main()
