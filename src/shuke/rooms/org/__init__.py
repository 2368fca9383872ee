"""The merchant itself: organisation, brands, stores, staff, API keys, rights and the audit log."""
