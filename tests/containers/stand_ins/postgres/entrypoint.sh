#!/bin/bash
# As the image it stands in for: an empty data folder becomes a cluster, /docker-entrypoint-initdb.d/*.sh is run against
# it while it listens on its socket alone, then the server starts for everybody.
set -euo pipefail

if [[ ${1:-} != postgres ]]; then
    exec "$@"
fi
if [[ $(id -u) == 0 ]]; then
    chown 999:999 "$PGDATA" && chmod 700 "$PGDATA"
    exec setpriv --reuid=999 --regid=999 --clear-groups bash "$0" "$@"
fi
export POSTGRES_USER=${POSTGRES_USER:-postgres}
export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    password=${POSTGRES_PASSWORD:-$(<"$POSTGRES_PASSWORD_FILE")}
    # shellcheck disable=SC2086 - several words
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s' "$password") --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-} >/dev/null
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    pg_ctl --silent --wait start --options="-c listen_addresses=''"
    for script in /docker-entrypoint-initdb.d/*.sh; do
        [[ -e $script ]] && bash "$script"
    done
    pg_ctl --silent --wait --mode=fast stop
fi
exec postgres -c listen_addresses='*'
