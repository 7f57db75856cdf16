"""Ending a program takes everything it started with it."""

import signal
import subprocess

import pytest

from tools.runtime import process_group

STUBBORN_PARENT_AND_CHILD = "trap '' TERM; sleep 60 & echo started; wait; sleep 60"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_of_the_group_is_left(sign: signal.Signals) -> None:
    shell = ["/bin/sh", "-c", STUBBORN_PARENT_AND_CHILD]
    process = subprocess.Popen(  # noqa: S603 - a script of our own
        shell, stdout=subprocess.PIPE, start_new_session=True
    )
    with process:
        assert process.stdout
        process.stdout.readline()

        process_group.end(process, sign, patience_s=0.1)

    assert not process_group.has_living_members(process.pid)
