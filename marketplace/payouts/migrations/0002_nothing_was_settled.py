from django.db import migrations


class Migration(migrations.Migration):
    """The first tables of settlements and payouts were never written; they come again in their full shape."""

    dependencies = [("payouts", "0001_initial")]
    operations = [migrations.DeleteModel("Payout"), migrations.DeleteModel("Settlement")]
