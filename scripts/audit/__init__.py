"""`make audit`: what is locked, judged."""
