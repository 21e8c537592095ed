-- Limits for whoever reads as `analyst`, by a superuser, once a database: settings of a role are not inherited by those
-- who are granted it, so they are made at each login (PostgreSQL 17 or later). A setting that the login's own role, or
-- whoever connects, gives is left as it is. The function lies where the services' role may change nothing.
DO $do$
BEGIN
    IF current_setting('server_version_num')::integer < 170000 THEN
        RAISE NOTICE 'before PostgreSQL 17: give each login its limits, ALTER ROLE ana SET statement_timeout = ''60s''';
        RETURN;
    END IF;
    CREATE SCHEMA IF NOT EXISTS spanloom_login;
    CREATE OR REPLACE FUNCTION spanloom_login.limit_readers() RETURNS event_trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
    DECLARE
        reader CONSTANT oid := to_regrole('analyst');
        parameter text;
        value text;
    BEGIN
        IF reader IS NULL
           OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = session_user AND rolsuper)
           OR EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database()
                         AND pg_has_role(session_user, datdba, 'USAGE'))
           OR NOT (pg_has_role(session_user, reader, 'USAGE') OR pg_has_role(session_user, reader, 'SET')) THEN
            RETURN;
        END IF;
        FOR parameter, value IN VALUES ('statement_timeout', '60s'),
                                       ('idle_in_transaction_session_timeout', '60s'),
                                       ('default_transaction_read_only', 'on')
        LOOP
            IF (SELECT source FROM pg_settings WHERE name = parameter) IN ('default', 'configuration file', 'database')
            THEN
                PERFORM set_config(parameter, value, false);
            END IF;
        END LOOP;
    END
    $function$;
    IF NOT EXISTS (SELECT 1 FROM pg_event_trigger WHERE evtname = 'spanloom_limit_readers') THEN
        CREATE EVENT TRIGGER spanloom_limit_readers ON login EXECUTE FUNCTION spanloom_login.limit_readers();
    END IF;
END
$do$;
