# SPDX-License-Identifier: Apache-2.0
"""The seed of a random run: MILLPOND_SEED repeats one. In ./test it is always the same, so that a run that fails is the
doing of what was changed; a soak draws a new one each time, and finds what is left to find."""
import os
import random

USUAL = 20261124


def seed():
    given = os.environ.get("MILLPOND_SEED")
    if given:
        return int(given)
    return random.SystemRandom().randrange(2**32) if os.environ.get("MILLPOND_SOAK") else USUAL
