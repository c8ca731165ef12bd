"""The enforcers of one contract held side by side: a reference that is plain, and what must agree with it."""
