"""One use case per function: load, ask the rule, write, audit, commit, announce."""
