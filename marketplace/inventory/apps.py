from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "marketplace.inventory"
    label = "inventory"

    def ready(self) -> None:
        from foundation.audit.registry import register
        from marketplace.inventory import checks

        register("what is taken is held or sold", line=1, check=checks.taken_equals_holds)
        register("nothing is oversold", line=1, check=checks.nothing_is_oversold)
        register("slots draw on their days", line=1, check=checks.slots_draw_on_their_days)
        register("lines are sold whole", line=1, check=checks.lines_are_held_once)
