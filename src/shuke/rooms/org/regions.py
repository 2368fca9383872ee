"""In which country a time zone lies, by the table that comes with the time zones."""

from importlib import resources


def region_of(time_zone: str) -> str:
    """Return the ISO 3166 code of the country of an IANA time zone, or an empty text for one like UTC."""
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            region, _, zone = line.split("\t")[:3]
            if zone == time_zone:
                return region
    return ""
