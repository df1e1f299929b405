#!/bin/sh
# Turns the history that setup has written into Prometheus' blocks; without one there is nothing to do.
set -eu
[ -f /history/history.om ] || exit 0
rm -rf /prometheus/backfill
mkdir -p /prometheus/backfill/blocks /prometheus/backfill/tmp
TMPDIR=/prometheus/backfill/tmp promtool tsdb create-blocks-from openmetrics --quiet \
  --max-block-duration=24h /history/history.om /prometheus/backfill/blocks
# After a kill in here the same blocks are made again; Prometheus merges what is there twice.
mv /prometheus/backfill/blocks/* /prometheus/
rm -r /prometheus/backfill /history/history.om
