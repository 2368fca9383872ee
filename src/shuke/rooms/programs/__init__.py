"""Programs: drafts checked, versions published, and the one write path through which every fact is decided."""
