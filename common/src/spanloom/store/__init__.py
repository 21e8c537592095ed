"""PostgreSQL: models, migrations, work rows, settle."""
