"""The blob storage that GitHub redirects to: another host, signed addresses, no tokens."""

import io
import re
import zipfile
from collections.abc import Mapping

from exporter.recorded.messages import Answer, Request, iso, json_answer
from exporter.recorded.model import Upstream

ARCHIVE = re.compile(r"/artifacts/([0-9]+)\.zip")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell


def answer(upstream: Upstream, request: Request) -> Answer:
    """Return an artifact's archive; elsewhere an empty list, for whoever follows a redirect."""
    found = ARCHIVE.fullmatch(request.path)
    if found is None:
        return json_answer([])
    if request.authorized:
        return _error(
            401, "InvalidAuthenticationInfo", "Server failed to authenticate the request."
        )
    if "sig" not in request.query or iso(request.now) > request.query.get("se", ""):
        return _error(
            403, "AuthenticationFailed", "Signature not valid in the specified time frame"
        )
    for repository in upstream.repositories:
        files = repository.files.get(int(found[1]))
        if files is not None:
            return Answer(200, archive(files), {"content-type": "application/zip"})
    return _error(404, "BlobNotFound", "The specified blob does not exist.")


def archive(files: Mapping[str, str]) -> bytes:
    """Return the files as a zip, the same bytes every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(zipfile.ZipInfo(name, FIRST_DAY), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _error(status: int, code: str, message: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Answer(status, body.encode(), {"content-type": "application/xml"})
