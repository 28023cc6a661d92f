"""The first rules of what is offered and what can be given back."""

from django.db import migrations


def write(apps, schema_editor):
    from marketplace.payments.channels import BEGINNING, GIVEN_BACK, OFFERED

    apps.get_model("payments", "ChannelRule").objects.bulk_create(
        apps.get_model("payments", "ChannelRule")(channel=channel, least_amount=least, valid_from_date=BEGINNING)
        for channel, least in OFFERED.items()
    )
    apps.get_model("payments", "RefundRule").objects.bulk_create(
        apps.get_model("payments", "RefundRule")(
            payment_type=payment_type,
            is_whole_only=is_whole_only,
            days=days,
            days_off_us=days_off_us,
            quiet_from=hours[0] if hours else None,
            quiet_until=hours[1] if hours else None,
            valid_from_date=BEGINNING,
        )
        for payment_type, (days, days_off_us, is_whole_only, hours) in GIVEN_BACK.items()
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_refunds_and_reports")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
