"""Text messages: what they cost, what a gateway is asked, and what its answers and receipts mean."""
