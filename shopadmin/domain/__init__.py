"""Pure rules. Nothing here knows Flask, a database, a form or a plugin."""
