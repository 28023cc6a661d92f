from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "marketplace.ledger"
    label = "ledger"

    def ready(self) -> None:
        from foundation.audit.registry import register
        from marketplace.ledger import checks

        register("the ledger's rows cannot be changed", line=3, check=checks.triggers_are_on)
        register("every journal moves money", line=3, check=checks.journals_have_entries)
