"""Questions to the rules as plain JSON objects, and their answers; for programs that check or preview them."""
