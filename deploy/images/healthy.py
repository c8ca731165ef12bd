"""Whether the command in this container answers at its metrics endpoint; well, too, where it was given none."""

import os
import sys
import urllib.request

address = os.environ.get("TICKETS_METRICS", "")
if address:
    port = address.rpartition(":")[2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=4) as answer:
            sys.exit(0 if answer.status == 200 else 1)
    except OSError as error:
        sys.exit(f"no answer at port {port}: {error}")
