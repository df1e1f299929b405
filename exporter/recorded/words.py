"""GitHub's refusals, in its own words."""

from collections.abc import Mapping

from exporter.recorded.messages import Answer, json_answer

DOCS = "https://docs.github.com"
REST = f"{DOCS}/rest"
LIMITS = f"{REST}/using-the-rest-api/rate-limits-for-the-rest-api"
LIST_ISSUES = f"{REST}/issues/issues#list-repository-issues"


def refusal(
    status: int,
    message: str,
    docs: str = REST,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Answer:
    """Return an error as GitHub's REST API writes them."""
    body = {"message": message, **more, "documentation_url": docs, "status": str(status)}
    return json_answer(body, status, headers)


def bad_credentials() -> Answer:
    """Return the answer to a token that is wrong, revoked or expired."""
    return refusal(401, "Bad credentials")


def forbidden() -> Answer:
    """Return the answer to a token that lacks a permission."""
    return refusal(403, "Resource not accessible by personal access token", LIST_ISSUES)


def not_found() -> Answer:
    """Return the answer for what is not there, or not for this caller."""
    return refusal(404, "Not Found")


def gone() -> Answer:
    """Return the answer of a repository without issues."""
    return refusal(410, "Issues are disabled for this repo", f"{DOCS}/v3/issues/")


def too_deep() -> Answer:
    """Return the answer to a page that only cursors reach."""
    message = (
        "Pagination with the page parameter is not supported for large datasets,"
        " please use cursor based pagination (after/before)"
    )
    return refusal(422, message, LIST_ISSUES)


def invalid(field: str, resource: str = "Issue") -> Answer:
    """Return the answer to a parameter whose value is refused."""
    errors = [{"resource": resource, "field": field, "code": "invalid"}]
    return refusal(422, "Validation Failed", LIST_ISSUES, errors=errors)


def moved(location: str) -> Answer:
    """Return the answer for a repository that has another name now."""
    docs = f"{REST}/guides/best-practices-for-using-the-rest-api#follow-redirects"
    body = {"message": "Moved Permanently", "url": location, "documentation_url": docs}
    return json_answer(body, 301, {"location": location})


def primary_limit(caller: str, *, anonymous: bool) -> Answer:
    """Return the answer to a caller whose quota is used up."""
    if anonymous:
        hint = (
            "(But here's the good news: Authenticated requests get a higher rate limit."
            " Check out the documentation for more details.)"
        )
        return refusal(403, f"API rate limit exceeded for 127.0.0.1. {hint}", LIMITS)
    return refusal(403, f"API rate limit exceeded for {caller}.", LIMITS)


def secondary_limit(status: int = 403, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a caller who asks too fast."""
    message = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    )
    return refusal(status, message, f"{LIMITS}#about-secondary-rate-limits", headers)
