#!/bin/bash
# Backups of Due Process: both databases and, between them, the engine's own.
#
#   backup.sh schedule        one every BACKUP_EVERY_MINUTES, for ever; those older than BACKUP_KEEP_DAYS go
#   backup.sh once            one now
#   backup.sh check           fails unless the newest is whole and recent
#   backup.sh list
#   backup.sh restore NAME    puts both databases back to that backup; docs/production.md says what belongs before and after
#
# The order matters. The engine must never know more than the records, or letters it believes written are lost: so its
# database is dumped first, then it backs itself up, and the records come last. What the engine does again after a
# restore, the records answer with what they have.
set -euo pipefail

folder=${BACKUP_FOLDER:-/backups/databases}
secrets=${SECRETS_FOLDER:-/run/secrets}
every=${BACKUP_EVERY_MINUTES:-60}
keep=${BACKUP_KEEP_DAYS:-14}
management=${ENGINE_MANAGEMENT:-engine:9600}
patience=${ENGINE_BACKUP_SECONDS:-300}
export PGHOST=${PGHOST:-postgres} PGPORT=${PGPORT:-5432} PGCONNECT_TIMEOUT=10

say() {
    printf '%s %s\n' "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" "$*"
}

password_of() {
    case $1 in
        dueprocess) cat "$secrets/records_database_password" ;;
        camunda) cat "$secrets/engine_database_password" ;;
    esac
}

dump() {
    # DATABASE FILE
    PGPASSWORD=$(password_of "$1") pg_dump --format=custom --no-owner --username="$1" --dbname="$1" --file="$2"
    # A dump that cannot be read back is none.
    pg_restore --list "$2" >/dev/null
}

ask_engine() {
    # METHOD PATH: the answer, head and body
    exec 3<>"/dev/tcp/${management%:*}/${management#*:}" || return 1
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n' \
        "$1" "$2" "$management" >&3
    timeout 60 cat <&3
    exec 3>&-
}

status_of() {
    head -n 1 <<<"$1" | cut -d ' ' -f 2
}

back_up_engine() {
    # FILE: where its number and time go
    local answer number deadline
    answer=$(ask_engine POST /actuator/backupRuntime 2>/dev/null) || true
    number=$(sed -n 's/.*"backupId" *: *"\{0,1\}\([0-9]\{1,\}\).*/\1/p' <<<"$answer" | head -n 1)
    if [[ $(status_of "$answer") != 202 || -z $number ]]; then
        say "The engine took no backup of itself: it answered '$(status_of "$answer")' at $management." >&2
        return 1
    fi
    deadline=$((SECONDS + patience))
    while true; do
        answer=$(ask_engine GET "/actuator/backupRuntime/$number" 2>/dev/null) || true
        if grep -q '"FAILED"' <<<"$answer"; then
            say "The engine's backup $number failed; its log says why." >&2
            return 1
        fi
        if grep -q '"COMPLETED"' <<<"$answer" && ! grep -q '"\(IN_PROGRESS\|INCOMPLETE\|DOES_NOT_EXIST\)"' <<<"$answer"; then
            break
        fi
        if ((SECONDS >= deadline)); then
            say "The engine's backup $number was not done within $patience seconds." >&2
            return 1
        fi
        sleep 2
    done
    printf 'backup %s\nrestore-to %s\n' "$number" "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" >"$1"
}

back_up() {
    local name partial engine=yes
    mkdir -p "$folder"
    name=$(date --utc +%Y-%m-%dT%H-%M-%SZ)
    partial="$folder/.$name"
    mkdir "$partial"
    dump camunda "$partial/camunda.dump"
    back_up_engine "$partial/engine" || engine=no
    dump dueprocess "$partial/dueprocess.dump"
    (cd "$partial" && sha256sum -- * >SHA256SUMS)
    # With the name it is whole: what is interrupted before keeps its dot.
    mv "$partial" "$folder/$name"
    if [[ $engine == no ]]; then
        say "Backup $name holds the databases, and no backup of the engine." >&2
        return 1
    fi
    say "Backup $name is done."
}

names() {
    [[ -d $folder ]] || return 0
    find "$folder" -mindepth 1 -maxdepth 1 -type d -name '2*Z' -printf '%f\n' | sort
}

rotate() {
    # The newest three stay however old they are: a clock gone wrong must not take everything.
    local name limit
    limit=$(date --utc --date="$keep days ago" +%Y-%m-%dT%H-%M-%SZ)
    names | head -n -3 | while read -r name; do
        if [[ $name < $limit ]]; then
            rm -rf -- "${folder:?}/$name"
            say "Backup $name was older than $keep days and is gone."
        fi
    done
    find "$folder" -mindepth 1 -maxdepth 1 -type d -name '.2*Z' -mmin +1440 -exec rm -rf -- {} +
}

whole() {
    (cd "$folder/$1" && sha256sum --check --quiet --strict SHA256SUMS)
}

check() {
    local newest limit
    newest=$(names | tail -n 1)
    if [[ -z $newest ]]; then
        say "There is no backup yet." >&2
        return 1
    fi
    limit=$(date --utc --date="$((2 * every + 10)) minutes ago" +%Y-%m-%dT%H-%M-%SZ)
    if [[ $newest < $limit ]]; then
        say "The newest backup is $newest: one is due every $every minutes." >&2
        return 1
    fi
    if [[ ! -e $folder/$newest/engine ]]; then
        say "Backup $newest holds no backup of the engine." >&2
        return 1
    fi
    say "Backup $newest is there."
}

refuse_if_used() {
    # DATABASE
    local others
    export PGPASSWORD
    PGPASSWORD=$(password_of "$1")
    others=$(psql --no-psqlrc --quiet --tuples-only --no-align --username="$1" --dbname="$1" --command \
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
         AND backend_type = 'client backend'")
    if ((others > 0)); then
        say "$others other connections use the database $1: stop the worker, the case file and the engine first." >&2
        return 1
    fi
}

restore_database() {
    # DATABASE FILE: in one transaction, all of it or nothing
    export PGPASSWORD
    PGPASSWORD=$(password_of "$1")
    {
        echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public;'
        pg_restore --no-owner --file=- "$2" | sed '/^CREATE SCHEMA public;$/d'
    } | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction --file=- --username="$1" --dbname="$1" \
        >/dev/null
    say "The database $1 is as it was."
}

restore() {
    local name=${1:?Say which backup: backup.sh list shows them.}
    if [[ ! -d $folder/$name ]]; then
        say "There is no backup $name: backup.sh list shows those there are." >&2
        return 1
    fi
    whole "$name"
    # Both before either: half a restore is none.
    refuse_if_used camunda
    refuse_if_used dueprocess
    restore_database camunda "$folder/$name/camunda.dump"
    restore_database dueprocess "$folder/$name/dueprocess.dump"
    if [[ -e $folder/$name/engine ]]; then
        say "Now restore the engine with --to=$(sed -n 's/^restore-to //p' "$folder/$name/engine")"
    else
        say "This backup holds none of the engine's own." >&2
    fi
}

schedule() {
    local pause
    trap 'exit 0' TERM INT
    while true; do
        # A process of its own: where a failure is caught, bash does not stop at the first.
        "$BASH" "$0" once || say "The backup is not complete; the next try is in $every minutes." >&2
        rotate
        # In the background, so that a signal ends it at once.
        sleep "$((every * 60))" &
        pause=$!
        wait "$pause"
    done
}

case ${1:-} in
    schedule) schedule ;;
    once) back_up ;;
    check) check ;;
    list) names ;;
    rotate) rotate ;;
    restore) restore "${2:-}" ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
