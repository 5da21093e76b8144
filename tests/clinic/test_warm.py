"""What a process reads at its start is read, and is not looked through again while pages wait."""

from __future__ import annotations

import gc

from spinepath.clinic import advice, warm


def test_what_is_read_at_the_start_stays_and_is_left_alone() -> None:
    usual = gc.get_threshold()
    try:
        warm.read_everything()
        looked_through = {id(one) for one in gc.get_objects()}
        assert advice.knowledge.cache_info().currsize == 1
        assert id(advice.knowledge().rules) not in looked_through
        assert gc.get_threshold()[0] > usual[0]
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
