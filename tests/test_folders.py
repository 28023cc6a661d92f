"""The broker of the embedded mode: what is read of a message is all of it."""

from concurrent.futures import ThreadPoolExecutor
from queue import Empty
from time import monotonic

import pytest
from kombu import Connection

import config.folders  # noqa: F401 - registers the transport

# The full mode has Redis instead.
pytestmark = pytest.mark.embedded

MESSAGES = 400


def test_a_reader_that_is_quick_reads_whole_messages(tmp_path):
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }

    def write() -> None:
        with Connection("folders://localhost/", transport_options=options) as connection:
            queue = connection.SimpleQueue("work")
            for number in range(MESSAGES):
                queue.put({"number": number, "filling": "x" * 20_000})

    def read() -> list[int]:
        numbers, until = [], monotonic() + 60
        with Connection("folders://localhost/", transport_options=options) as connection:
            queue = connection.SimpleQueue("work", no_ack=True)
            while len(numbers) < 2 * MESSAGES and monotonic() < until:
                try:
                    numbers.append(queue.get_nowait().payload["number"])
                except Empty:
                    continue
        return numbers

    # The queue is there before anybody writes: kombu loses what is sent while it is being made.
    with Connection("folders://localhost/", transport_options=options) as connection:
        connection.SimpleQueue("work").close()
    with ThreadPoolExecutor() as pool:
        reader = pool.submit(read)
        for writer in [pool.submit(write) for _ in range(2)]:
            writer.result()
        assert sorted(reader.result()) == sorted([*range(MESSAGES), *range(MESSAGES)])
    assert not list(tmp_path.glob("*.msg"))
