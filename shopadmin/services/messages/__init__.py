"""Messages to buyers: asked for in ``sending``, let through or stopped by ``gate``, handed over by ``delivering``.

There is no other way out of the shop: every channel is called from ``delivering``, and what a person does by hand is
marked in ``marking``.
"""
