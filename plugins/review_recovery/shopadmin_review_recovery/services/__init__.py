"""Use cases: each loads, asks the rule, writes, and logs."""
