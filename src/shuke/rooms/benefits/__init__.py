"""Benefits: what tiers, plans, tags and occasions give, and every member's claim to it."""
