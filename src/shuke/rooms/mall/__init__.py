"""The rewards mall: what points are exchanged for, how much of it there is, and what became of each order."""
