"""What happens by itself as the clock moves on."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from demo.simulator import lifecycle, refunds
from demo.simulator.state import Job, Refund, Transaction, World


def run_due(world: World) -> None:
    """Do what the clock has brought about; called before anything is read."""
    while jobs := world.store.due_jobs(world.clock.now()):
        job = jobs[0]
        world.store.drop(job)
        transaction = world.store.get(Transaction, job.transaction_id)
        # A job that something else has overtaken is simply not done.
        with suppress(lifecycle.IllegalChange):
            if transaction:
                ACTIONS[job.action](world, transaction, job)


def _confirm_refund(world: World, transaction: Transaction, job: Job) -> None:
    refund = world.store.get(Refund, job.subject)
    if refund:
        refunds.confirm(world, transaction, refund)


ACTIONS: Mapping[str, Callable[[World, Transaction, Job], None]] = {
    "expire": lambda world, transaction, _job: lifecycle.move(world, transaction, "expire"),
    "give_up": lambda world, transaction, _job: lifecycle.give_up(world, transaction),
    "settle": lambda world, transaction, _job: lifecycle.settle(world, transaction),
    "reverse": lambda world, transaction, _job: lifecycle.reverse(world, transaction),
    "pay_late": lambda world, transaction, _job: lifecycle.pay(world, transaction, force=True),
    "confirm_refund": _confirm_refund,
}
