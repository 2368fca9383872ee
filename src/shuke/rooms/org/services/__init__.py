"""The verbs of org that are longer than a door: staff, approvals, and the audit log that every verb writes."""
