"""Who bears a refund that was made at Midtrans' dashboard, and why a payment was set aside."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def ask_who_bears(apps, schema_editor):
    # Ours name their lines, or give a whole surplus payment back.
    made_elsewhere = apps.get_model("payments", "Refund").objects.filter(lines={}, payment__is_surplus=False)
    made_elsewhere.filter(status__in=("ACCEPTED", "DONE")).update(bearer="OPEN")


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="explained_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="explained at"),
        ),
        migrations.AddField(
            model_name="payment",
            name="explained_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="explained by",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="explanation",
            # With a default of the database, for code that does not know the column yet.
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="explanation"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="bearer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("OPEN", "nobody has said yet"),
                    ("SHOP", "the shop of a line"),
                    ("OPERATOR", "the operator"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="borne by",
            ),
        ),
        migrations.RunPython(ask_who_bears, migrations.RunPython.noop),
    ]
