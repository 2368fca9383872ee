"""Django's registration of the till under the label `cashier`, for its templates, static files and words."""

from django.apps import AppConfig


class CashierConfig(AppConfig):
    name = "shuke.surfaces.cashier"
    label = "cashier"
