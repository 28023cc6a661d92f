"""Account codes: what each pocket is called. They are written here and nowhere else.

A code begins with its kind in small letters (``shop:12``, ``treasury:13.75``, ``clearing:operator:QRIS``). Money enters
the ledger from accounts outside it (clearing, cash, bank), so their balances are negative: what they hold for us.
"""


def clearing(merchant: str, method: str) -> str:
    """What Midtrans owes a merchant account, by channel."""
    return f"clearing:{merchant}:{method}"


def cash(gate_id: int) -> str:
    """What lies in the till of a gate."""
    return f"cash:{gate_id}"


def kept(shop_id: int) -> str:
    """Cash that a shop took at its own gate and keeps; it counts against what the shop is owed."""
    return f"kept:{shop_id}"


def cash_handed_over(gate_id: int) -> str:
    """What was taken out of a gate's till and has not reached the treasurer yet."""
    return f"cash:{gate_id}:HANDED"


def cash_difference(gate_id: int) -> str:
    """What was missing in a gate's till (below zero), or was too much; somebody has to answer for it."""
    return f"difference:{gate_id}"


def bank(merchant: str) -> str:
    """The bank account behind a merchant account."""
    return f"bank:{merchant}"


def iris(merchant: str) -> str:
    """The balance at Midtrans Payouts, which is kept apart from payments."""
    return f"bank:{merchant}:IRIS"


def buyer(order_code: str) -> str:
    """An order's money before it is anybody's."""
    return f"buyer:{order_code}"


def refunds(merchant: str) -> str:
    """What is owed back to buyers."""
    return f"refunds:{merchant}"


def treasury(region_code: str) -> str:
    """Retribusi owed to a region, gross."""
    return f"treasury:{region_code}"


def shop(shop_id: int) -> str:
    """What a shop has sold and was not settled yet."""
    return f"shop:{shop_id}"


def shipping(shop_id: int) -> str:
    """Delivery that buyers paid, owed to the shop."""
    return f"shipping:{shop_id}"


def tax(kind: str, shop_id: int) -> str:
    """Tax inside a shop's prices; the shop declares it.

    :param kind: PBJT or PPN.
    """
    return f"tax:{kind}:{shop_id}"


def withheld_tax(merchant: str) -> str:
    """PPh 22 withheld from shops, owed to the state."""
    return f"tax:PPH22:{merchant}"


def party(party_id: int) -> str:
    """The share of a nagari, an adat owner or an insurer in what a shop sells."""
    return f"party:{party_id}"


def discount(bearer: str, bearer_id: int | str) -> str:
    """Discounts by who bears them: ``discount:SHOP:12``, ``discount:OPERATOR:operator``."""
    return f"discount:{bearer}:{bearer_id}"


def commission(merchant: str) -> str:
    """The operator's commission."""
    return f"commission:{merchant}"


def gateway_fee(merchant: str) -> str:
    """What Midtrans takes for payments; the operator bears it."""
    return f"gateway_fee:{merchant}"


def settled(payee: str) -> str:
    """What closed settlements owe a payee, less what was paid out; below zero what the payee owes.

    :param payee: the code of its own account: ``shop:12``, ``party:3``.
    """
    return f"settled:{payee}"


def reserve(payee: str) -> str:
    """Held back from a payee as long as it has sold dates to come."""
    return f"reserve:{payee}"


def of_shop(shop_id: int) -> tuple[str, ...]:
    """The accounts that a settlement of a shop empties."""
    return (
        shop(shop_id),
        shipping(shop_id),
        tax("PBJT", shop_id),
        tax("PPN", shop_id),
        discount("SHOP", shop_id),
        kept(shop_id),
    )
