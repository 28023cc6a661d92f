from queue import Queue

from foundation.outbox import wakeup

SECONDS = 20


def test_every_call_sends_a_message(monkeypatch, settings):
    sent: list[str] = []
    monkeypatch.setattr(wakeup, "send", lambda: sent.append("sent"))
    settings.OUTBOX_WAKE_SECONDS = 0
    for _ in range(3):
        wakeup.wake()
    assert sent == ["sent"] * 3


def test_calls_that_follow_each_other_closely_share_a_message(monkeypatch, settings):
    sent: Queue[str] = Queue()
    monkeypatch.setattr(wakeup, "send", lambda: sent.put("sent"))
    settings.OUTBOX_WAKE_SECONDS = 0.05
    for _round in range(2):
        for _ in range(5):
            wakeup.wake()
        assert sent.get(timeout=SECONDS) == "sent"
    assert sent.empty()
