"""Telemetry exports, read by an engine in a process of its own.

The serving process must not parse megabytes: it asks (`client`), the engine (`engine`) answers.
Inside the engine each module knows one thing: `scan` finds files, `source` and `shapes` take them
apart, `events` reads an event, `store` keeps what was read, `index` counts every event once, and
`measure` turns counts into samples.
"""
