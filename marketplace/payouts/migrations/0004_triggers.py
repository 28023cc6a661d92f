from django.db import migrations

from marketplace.payouts.triggers import statements_to_add, statements_to_remove

# Those that were there by then; a later table brings its own triggers.
TABLES = (
    "payouts_settlement",
    "payouts_settlementitem",
    "payouts_payoutevent",
    "payouts_irisnotification",
    "payouts_deposit",
    "payouts_deposititem",
)


def add(apps, schema_editor):
    for statement in statements_to_add(schema_editor.connection.vendor, TABLES):
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in statements_to_remove(schema_editor.connection.vendor, TABLES):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_rates_settlements_deposits")]
    operations = [migrations.RunPython(add, remove)]
