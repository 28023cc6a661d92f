from django.db import migrations

from marketplace.ledger.triggers import statements_to_add


def add(apps, schema_editor):
    for statement in statements_to_add(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """PostgreSQL's TRUNCATE asks no row trigger: it is refused by one of its own."""

    dependencies = [("ledger", "0003_kinds")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
