"""Addresses of services as a user writes them."""

from typing import Annotated

from pydantic import AfterValidator, HttpUrl


def _plain(url: HttpUrl) -> HttpUrl:
    if url.username is not None or url.password is not None:
        message = "write no user or password here, it would be shown"
        raise ValueError(f"{message}; secrets are taken from the environment")
    if url.query is not None or url.fragment is not None:
        raise ValueError("write the server's address alone, without '?' and '#'")
    return url


Address = Annotated[HttpUrl, AfterValidator(_plain)]
