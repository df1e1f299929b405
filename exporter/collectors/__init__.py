"""One module a source, each with `Settings` and `collect(settings, context) -> Reading`."""
