"""Shuke 熟客: an open-source membership platform that a merchant runs itself."""

__version__ = "0.1.0"
