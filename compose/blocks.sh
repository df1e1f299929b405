#!/bin/sh
# Turns the history that setup has written into Prometheus' blocks; without one there is nothing to do.
set -eu
[ -f /history/history.om ] || exit 0
rm -rf /prometheus/backfill
mkdir -p /prometheus/backfill/blocks /prometheus/backfill/tmp
# Of as many days as may be in one block: the file is read once for each.
TMPDIR=/prometheus/backfill/tmp promtool tsdb create-blocks-from openmetrics --quiet \
  --max-block-duration=30d /history/history.om /prometheus/backfill/blocks
# After a kill in here the same blocks are made again; Prometheus merges what is there twice.
mv /prometheus/backfill/blocks/* /prometheus/
rm -r /prometheus/backfill /history/history.om
