"""Settings of Midtrans that can be wrong are said at the start, not at the first payment."""

import pytest

from config.checks import keys_fit_the_environment

SANDBOX, PRODUCTION = "https://api.sandbox.midtrans.com", "https://api.midtrans.com"
SNAP = {
    SANDBOX: "https://app.sandbox.midtrans.com/snap/v1",
    PRODUCTION: "https://app.midtrans.com/snap/v1",
}
TEST = {"merchant_id": "G1", "server_key": "SB-Mid-server-x", "client_key": "SB-Mid-client-x"}
REAL = {"merchant_id": "G1", "server_key": "Mid-server-x", "client_key": "Mid-client-x"}


@pytest.mark.parametrize(
    ("core", "snap", "keys", "found"),
    [
        (SANDBOX, SNAP[SANDBOX], TEST, []),
        (PRODUCTION, SNAP[PRODUCTION], REAL, []),
        (PRODUCTION, SNAP[PRODUCTION], TEST, ["lapau.E004"]),
        (SANDBOX, SNAP[SANDBOX], REAL, ["lapau.W010"]),
        (SANDBOX, SNAP[PRODUCTION], TEST, ["lapau.E008"]),
        ("http://api.midtrans.com", SNAP[PRODUCTION], REAL, ["lapau.E009"]),
        (PRODUCTION, SNAP[PRODUCTION], REAL | {"server_key": "Mid-server-x "}, ["lapau.E003"]),
        (PRODUCTION, SNAP[PRODUCTION], REAL | {"server_key": "Mid-server -x"}, ["lapau.E003"]),
        (PRODUCTION, SNAP[PRODUCTION], REAL | {"client_key": ""}, ["lapau.E003"]),
        (PRODUCTION, SNAP[PRODUCTION], {"server_key": "Mid-server-x"}, ["lapau.E003"]),
        (PRODUCTION, SNAP[PRODUCTION], REAL | {"server_key": "Mid-client-x"}, ["lapau.E005"]),
        (PRODUCTION, SNAP[PRODUCTION], REAL | {"client_key": "Mid-server-x"}, ["lapau.E005"]),
    ],
)
def test_keys_that_do_not_fit(settings, core, snap, keys, found):
    settings.DEMO, settings.MIDTRANS_CORE_URL, settings.MIDTRANS_SNAP_URL = False, core, snap
    settings.MERCHANT_KEYS = {"operator": keys}
    assert [fault.id for fault in keys_fit_the_environment(None)] == found


def test_the_demo_is_right():
    assert keys_fit_the_environment(None) == []
