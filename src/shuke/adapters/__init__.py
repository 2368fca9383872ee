"""What the rooms ask of the world outside, each behind a Protocol of the room that calls it."""
