"""The same work by engines that a user would pick instead: installed, run, and held against our own verdicts.

    .venv/bin/python -m benchmarks.peers install                     # all peers, once; below build/peers/
    .venv/bin/python -m benchmarks.peers compare mq-bridge           # 20,000 events, record by record
    .venv/bin/python -m benchmarks.peers table                       # what was found, of all that were compared
    .venv/bin/python -m benchmarks.speed --way job --way benthos     # how fast

The work: read `client_tickets` from its first record to the end it had at the start, check what the engine can express
of the contract, drop second events where it can, write accepted and rejected records to files, commit, end.
"""
