"""A local Midtrans: Snap, Core, refunds, notifications, and their failures on demand.

A program of its own: it knows nothing of Lapau, and Lapau reaches it over HTTP through the real client package, exactly
as it would reach Midtrans. What is done here follows Midtrans' documents and logs; where those are silent, the choice
is marked "our reading" and is checked against the real sandbox by the contract tests, when keys are given.

Start it with ``manage.py midtrans_simulator``, or in a test with ``SimulatorServer`` of ``demo.simulator.server``.
"""
