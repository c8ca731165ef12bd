"""What the product's speed is, against what it should be.

    python -m benchmarks                     # every figure, some 90 minutes on two idle cores; `make bench`
    python -m benchmarks --quick             # two ratios, three minutes; `make bench-quick`
    python -m benchmarks --list              # what there is, and what is measured already
    python -m benchmarks --only latency      # one figure; may be repeated
    python -m benchmarks --write             # also keep the results in benchmarks/results/, with their page
    python -m benchmarks page                # the page anew, from the results that are kept

What is finished is kept below build/bench/ and is not run again until the code changes, or with --anew: interrupt it
(Ctrl-C) and run the same command again to go on. A missed target is no error. Exit codes: 0 done, 1 a figure could not
be measured (the others were), 2 wrong use, 130 interrupted. benchmarks/README.md says what each figure means.
"""
