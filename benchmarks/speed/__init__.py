"""How fast the job is, against not checking at all, and against what somebody would use instead.

    .venv/bin/python -m benchmarks.speed --quick            # two ratios, some minutes
    .venv/bin/python -m benchmarks.speed --events 5000000   # all ways there are

Ways read the same topic of one embedded broker on this machine, each in processes of its own, one after the other, in
rounds that turn the order. Every way says when it had committed how many records. From that come two rates: of the
whole run, from start to end; and steady, the slope from a fifth of the events to the last, in which no start counts.
Only ratios within one run are compared with targets: rates are those of the machine.
"""
