"""``shopadmin …``: one module per group of commands. Every command takes ``--json`` and documents its exit codes."""
