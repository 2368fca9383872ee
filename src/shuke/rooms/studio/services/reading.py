"""What the engine is asked of files: what their columns are, and to read them into a store."""
