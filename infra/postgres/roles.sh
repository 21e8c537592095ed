#!/bin/bash
# Runs at the database's first start: the services' role owns the database, the analyst's may only read.
set -euo pipefail
db=${POSTGRES_DB:-postgres}
as() { if [ "$(id -u)" = 0 ]; then gosu postgres "$@"; else "$@"; fi; }
spanloom=$(cat /secrets/postgres/spanloom_password)
analyst=$(cat /secrets/postgres/analyst_password)
as psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d "$db" <<SQL
CREATE ROLE spanloom LOGIN PASSWORD '$spanloom';
CREATE ROLE analyst LOGIN PASSWORD '$analyst';
ALTER DATABASE "$db" OWNER TO spanloom;
ALTER SCHEMA public OWNER TO spanloom;
GRANT CONNECT ON DATABASE "$db" TO analyst;
GRANT USAGE ON SCHEMA public TO analyst;
ALTER DEFAULT PRIVILEGES FOR ROLE spanloom IN SCHEMA public GRANT SELECT ON TABLES TO analyst;
GRANT pg_read_all_stats TO spanloom;
SQL
# Limits for analyst and every login that is granted it.
as psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d "$db" -f "${ANALYST_SQL:-/etc/spanloom/analyst.sql}"
