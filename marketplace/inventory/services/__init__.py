"""What changes pools, holds and slots."""

from marketplace.inventory.services.allowing import Want, allowance_demands, buyer_marks
from marketplace.inventory.services.caps import set_daily_cap, set_day_capacity
from marketplace.inventory.services.exchanging import NothingHeld, exchange
from marketplace.inventory.services.holding import (
    BuyerLimitReached,
    Demand,
    InventoryError,
    PoolExhausted,
    PoolsChanged,
    confirm,
    gone_of,
    hold,
    hold_within,
    postpone,
    refuse_exhausted,
    release,
    release_lapsed_holds,
    release_quantity,
    retake,
)
from marketplace.inventory.services.importing import GoodsRow, import_goods
from marketplace.inventory.services.schedules import ScheduleDraft, set_schedules
from marketplace.inventory.services.selling import offer_goods
from marketplace.inventory.services.slots import (
    close_slots,
    open_slots,
    open_slots_ahead,
    reopen_slots,
    set_slot_capacity,
)
from marketplace.inventory.services.stock import BelowTaken, adjust_stock, count_stock, create_stock

__all__ = [
    "BelowTaken",
    "BuyerLimitReached",
    "Demand",
    "GoodsRow",
    "InventoryError",
    "NothingHeld",
    "PoolExhausted",
    "PoolsChanged",
    "ScheduleDraft",
    "Want",
    "adjust_stock",
    "allowance_demands",
    "buyer_marks",
    "close_slots",
    "confirm",
    "count_stock",
    "create_stock",
    "exchange",
    "gone_of",
    "hold",
    "hold_within",
    "import_goods",
    "offer_goods",
    "open_slots",
    "open_slots_ahead",
    "postpone",
    "refuse_exhausted",
    "release",
    "release_lapsed_holds",
    "release_quantity",
    "reopen_slots",
    "retake",
    "set_daily_cap",
    "set_day_capacity",
    "set_schedules",
    "set_slot_capacity",
]
