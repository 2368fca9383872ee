"""Members from a file: read, checked by a dry run of the real path, committed in chunks, undone where untouched."""
