"""The parts of the claim rush: campaigns, claimants, servers, rivals, the load, and the books that judge them."""
