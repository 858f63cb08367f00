#!/bin/sh
# Redis with a password that shows in no list of processes: it goes by a private file.
# Further arguments are Redis's own. Only messages of queued tasks live here; Airflow
# queues a lost one again, so nothing is written to disk.
set -eu
: "${ACORN_REDIS_PASSWORD:?has to be set}"
umask 077
settings=$(mktemp)
quoted=$(printf '%s' "$ACORN_REDIS_PASSWORD" | sed 's/["\\]/\\&/g')
printf 'requirepass "%s"\nsave ""\nappendonly no\nmaxmemory-policy noeviction\n' \
    "$quoted" >"$settings"
exec redis-server "$settings" "$@"
