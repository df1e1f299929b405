"""Telemetry on a Spark cluster: the engine of `exporter.telemetry` where one machine is too few.

It says what the other engine says, to the last digit. Workers run the very same decoder and audit
(`work`) and write rows of numbers (`frame`); Spark's SQL (`statements`) takes each event once and
counts; `counting` hands the same tally to the same `measure`. `session` is the cluster while it is
needed, `gathering` what workers are asked to read, `folder` one release.

Only this process imports Spark: a Java machine takes 0.6 GB.
"""
