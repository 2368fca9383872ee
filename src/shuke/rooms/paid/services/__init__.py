"""What the verbs of the room are made of, one topic each."""
