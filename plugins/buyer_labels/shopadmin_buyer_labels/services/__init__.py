"""Use cases: load, ask the rule, write, audit, commit, announce."""
