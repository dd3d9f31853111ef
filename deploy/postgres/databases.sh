#!/bin/bash
# Run once by the PostgreSQL image, on an empty data folder: a database each for the records and for the engine, each
# owned by a user that cannot so much as connect to the other.
set -euo pipefail

for name in dueprocess:records camunda:engine; do
    user=${name%%:*}
    password=$(<"/run/secrets/${name#*:}_database_password")
    psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        --set=user="$user" --set=password="$password" <<'SQL'
CREATE ROLE :"user" LOGIN PASSWORD :'password';
CREATE DATABASE :"user" OWNER :"user";
REVOKE ALL ON DATABASE :"user" FROM PUBLIC;
SQL
done
