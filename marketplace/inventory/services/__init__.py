"""What changes pools, holds and slots."""

from marketplace.inventory.services.holding import (
    Demand,
    InventoryError,
    PoolExhausted,
    confirm,
    hold,
    hold_within,
    postpone,
    release,
    release_lapsed_holds,
    release_quantity,
)
from marketplace.inventory.services.importing import GoodsRow, import_goods
from marketplace.inventory.services.schedules import ScheduleDraft, set_schedules
from marketplace.inventory.services.selling import offer_goods
from marketplace.inventory.services.slots import close_slots, open_slots, open_slots_ahead, set_slot_capacity
from marketplace.inventory.services.stock import BelowTaken, adjust_stock, create_stock

__all__ = [
    "BelowTaken",
    "Demand",
    "GoodsRow",
    "InventoryError",
    "PoolExhausted",
    "ScheduleDraft",
    "adjust_stock",
    "close_slots",
    "confirm",
    "create_stock",
    "hold",
    "hold_within",
    "import_goods",
    "offer_goods",
    "open_slots",
    "open_slots_ahead",
    "postpone",
    "release",
    "release_lapsed_holds",
    "release_quantity",
    "set_schedules",
    "set_slot_capacity",
]
