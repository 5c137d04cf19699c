"""The demo shop: everything in it is invented, and the same every time but for today's date."""
