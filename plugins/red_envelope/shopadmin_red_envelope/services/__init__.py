"""Use cases: each loads under a lock, reads the database's clock, asks the rule, writes, and logs."""
