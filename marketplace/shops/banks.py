"""The banks that a payout reaches, by the names that Midtrans Payouts knows them by."""

from collections.abc import Mapping

BANKS: Mapping[str, str] = {
    "nagari": "Bank Nagari",
    "nagari_syariah": "Bank Nagari Syariah",
    "bri": "BRI",
    "bni": "BNI",
    "mandiri": "Mandiri",
    "bsi": "BSI",
    "bca": "BCA",
    "btn": "BTN",
    "cimb": "CIMB Niaga",
    "danamon": "Danamon",
    "permata": "Permata",
    "mega": "Mega",
    "muamalat": "Muamalat",
    "jago": "Jago",
    "seabank": "SeaBank",
}


def bank_name(code: str) -> str:
    """A bank as people call it."""
    return BANKS.get(code, code.upper())
