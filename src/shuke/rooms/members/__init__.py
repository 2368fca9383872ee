"""The people a merchant knows: who they are, by what they are found, and their status."""
