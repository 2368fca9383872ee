"""Stored value: what members paid ahead, how it was paid, used and refunded, and gift cards."""
