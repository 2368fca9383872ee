"""The words of payments for people: by which method one pays."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

METHODS: Mapping[str, str | Promise] = {
    "counter": _("Money taken at the counter"),
    "sandbox": _("Sandbox provider"),
    "wechat": _("WeChat Pay"),
    "alipay": _("Alipay"),
}


def method(code: str) -> str:
    """Return what a method is called; one that we have no word for by its code."""
    return str(METHODS.get(code, code))
