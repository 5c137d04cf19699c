"""Background work: each task loads, calls one service, reports progress."""
