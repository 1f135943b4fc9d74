"""The lines that a peer speaks with the benchmark that times it.

`ready` and a JSON object first. Then for each line with a number of steps, and perhaps the name of a setting that they are to
have from then on, one line with the milliseconds of each, or `failed` and the reason. It ends at 0 or at the end of its input.
"""

import json
import sys
import time

WARM_UP_STEPS = 3


def serve(about, settings, open_step):
    """Times steps on request.

    about: what the peer says of itself. settings: their names, the first of which is the one to begin with.
    open_step: from a setting's name to a function without arguments that does one step and waits for its end.
    """
    print("ready", json.dumps({**about, "settings": settings}), flush=True)
    step, wanted = None, settings[0]
    for line in sys.stdin:
        count, *setting = line.split()
        if int(count) == 0:
            break
        try:
            if setting and setting[0] != wanted:
                step, wanted = None, setting[0]
            if step is None:
                step = warmed(open_step(wanted))
            print(*(f"{timed(step):.3f}" for _ in range(int(count))), flush=True)
        except Exception as error:  # any setting may be one that this version or machine does not have
            step = None
            reason = str(error).strip().splitlines() or [type(error).__name__]
            print("failed", reason[0][:300], flush=True)


def warmed(step):
    for _ in range(WARM_UP_STEPS):
        step()
    return step


def timed(step):
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1000
