#!/bin/sh
# Makes the secrets that docker-compose.yml hands over as files, at random, and leaves alone what is there.
#
#   sh deploy/make-secrets.sh [FOLDER]
#
# The folder is closed to everybody but its owner. The files in it are readable, because each is handed to a container
# that runs as a user of its own; who cannot enter the folder cannot read them.
set -eu

folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

random() {
    # 256 bits, in characters that need no quoting anywhere.
    head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'
}

make() {
    # NAME CONTENT
    if [ -e "$folder/$1" ]; then
        echo "kept  $1"
        return
    fi
    printf '%s' "$2" >"$folder/$1"
    chmod 444 "$folder/$1"
    echo "made  $1"
}

for name in postgres_password records_database_password engine_database_password \
    engine_admin_password engine_worker_password engine_deployer_password dueprocess_session_secret; do
    make "$name" "$(random)"
done
make dueprocess_database_url "postgresql://dueprocess:$(cat "$folder/records_database_password")@postgres:5432/dueprocess"
# Yours to fill in: the password that DUEPROCESS_SMTP_USERNAME signs in to the mail server with.
make dueprocess_smtp_password ""
