"""The queries: every event once, and what that adds up to, as `telemetry.index` has it.

`rows` has a row for each copy of an event. `key` is the hash of its id, in the order of unsigned
numbers, NULL without one; `row` its place among all events of all files; `duration` the bits of a
float, which are in its order, NULL without one; `rules` the bits of what it offends against.
"""

from exporter.telemetry.columns import DATED, GENERATION, SUCCESS, UNREADABLE

# Which copy counts: the earliest, and of those the first; a rejected one only if all are.
# An event without id is its own, whatever else has none.
EVENTS = f"""
WITH named AS (SELECT *, CASE WHEN key IS NULL THEN row END AS own FROM rows),
ranked AS (
  SELECT *,
    first(row) OVER best AS counting,
    first(struct(time, kind, backend, duration, flags)) OVER best AS other
  FROM named
  WINDOW best AS (
    PARTITION BY key, own
    ORDER BY CASE WHEN kind < {UNREADABLE} THEN time ELSE double('Infinity') END, row
  )
)
SELECT key, own, row, day, time, kind, backend, duration, flags, rules, byte, line,
  row = counting AS counts,
  row <> counting AND kind < {UNREADABLE} AS copy,
  kind <> other.kind
    OR backend <> other.backend
    OR NOT duration <=> other.duration
    OR (flags ^ other.flags) & {SUCCESS} > 0
    OR ((flags | other.flags) & {DATED} = 0 AND time <> other.time) AS differs
FROM ranked
"""  # noqa: S608 - numbers of our own

CELLS = f"""
SELECT counts, copy, copy AND differs AS conflict, day, kind, backend,
  flags & {SUCCESS} AS success, time >= :since AS counted, time >= :privacy_since AS audited,
  count(*) AS number, max(time) AS newest, count(rules) AS offences
FROM events
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608 - numbers of our own

# The value at index 95 n / 100, by whole numbers, of each day and, where `day` is NULL, of all.
SPEEDS = f"""
WITH timed AS (
  SELECT day, greatest(duration, 0) AS duration  -- minus zero becomes zero
  FROM events
  WHERE counts AND kind = {GENERATION} AND time >= :since AND day <= :last
    AND duration IS NOT NULL
),
histogram AS (
  SELECT day, duration, count(*) AS number
  FROM timed GROUP BY GROUPING SETS ((day, duration), (duration))
),
steps AS (
  SELECT day, duration,
    sum(number) OVER (PARTITION BY day ORDER BY duration) AS reached,
    sum(number) OVER (PARTITION BY day) AS number
  FROM histogram
)
SELECT day, number, min(duration) AS duration
FROM steps WHERE reached > 95 * number DIV 100
GROUP BY day, number
"""  # noqa: S608 - numbers of our own

CONFLICTS = "SELECT row FROM events WHERE copy AND differs ORDER BY key, row LIMIT :most"

VIOLATIONS = """
WITH offending AS (
  SELECT min(struct(time, day)) AS first, bit_or(rules) AS rules
  FROM events
  WHERE rules IS NOT NULL AND time >= :privacy_since AND time < :until
  GROUP BY key, own
)
SELECT CASE WHEN first.time > :now THEN :today ELSE first.day END AS day, rules,
  count(*) AS number
FROM offending
GROUP BY 1, 2
"""

FINDINGS = """
WITH firsts AS (
  SELECT bit, min(struct(row, byte, line)) AS first
  FROM events LATERAL VIEW explode(sequence(0, 63)) bits AS bit
  WHERE rules IS NOT NULL AND time >= :privacy_since AND time < :until
    AND shiftright(rules, bit) & 1 = 1
  GROUP BY bit, key, own
)
SELECT bit, first.row, first.byte, first.line
FROM firsts ORDER BY first.row, bit LIMIT :most
"""

# A day's events, offending ones in any case, with the rules that any copy offends against.
DAY = f"""
WITH found AS (
  SELECT *, bit_or(coalesce(rules, 0)) OVER (PARTITION BY key, own) AS found FROM events
)
SELECT key, time, kind, backend, duration, flags, found
FROM found
WHERE counts AND time >= :start AND time < :end AND (kind < {UNREADABLE} OR found <> 0)
ORDER BY time, row
"""  # noqa: S608 - numbers of our own
