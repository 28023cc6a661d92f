from django.db import migrations

from marketplace.shops.triggers import statements_to_add, statements_to_remove


def add(apps, schema_editor):
    for statement in statements_to_add(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in statements_to_remove(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("shops", "0002_parties_and_bank_accounts")]
    operations = [migrations.RunPython(add, remove)]
