"""Evidence: what is kept, and the packs that it leaves the shop in."""
