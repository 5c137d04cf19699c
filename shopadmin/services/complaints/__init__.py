"""Complaints to platforms and banks: opened from an order, a review or a plugin, worked on, handed in, decided."""
