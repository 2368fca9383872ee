"""How personal data looks to people who need not see it whole."""

_SHORTEST_PHONE = 8  # below this, four visible digits would be most of the number


def phone(number: str) -> str:
    """Mask all but the head and the last four digits: 13800000001 becomes 138****0001."""
    if len(number) < _SHORTEST_PHONE:
        return "*" * max(0, len(number) - 2) + number[-2:]
    return f"{number[:-8]}****{number[-4:]}"


def email(address: str) -> str:
    """Keep the first letter and the domain: anna@example.com becomes a***@example.com."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***{at}{domain}"


def name(full: str) -> str:
    """Keep the first character: 张小明 becomes 张**, Anna Bell becomes A***."""
    if not full:
        return ""
    hidden = len(full) - 1 if not full.isascii() else 3
    return full[0] + "*" * min(hidden, 3)
