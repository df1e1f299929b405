#!/bin/sh
# What the stack needs before the rest starts; runs at each `docker compose up`, and is done in
# seconds. Configuration from the release files, Grafana's secrets, and once the history.
set -eu
cd /home/release

release-exporter config check
release-exporter generate --config "$RELEASE_EXPORTER_CONFIG_FILE" --out config

umask 027
for secret in grafana-admin-password grafana-secret-key; do
  [ -s "secrets/$secret" ] && continue
  python -c 'import secrets; print(secrets.token_urlsafe(32), end="")' >"secrets/.$secret"
  mv "secrets/.$secret" "secrets/$secret"
done

# Only ever once, and before Prometheus scrapes for the first time: a day must not be there twice.
[ -e history/written ] && exit 0
if ! release-exporter backfill --output history/history.om; then
  echo "setup: no history is written; the graphs begin today" >&2
fi
touch history/written
