"""Django's registration of the pretended provider under the label `payment_sandbox`."""

from django.apps import AppConfig


class PaymentSandboxConfig(AppConfig):
    name = "shuke.adapters.payment_sandbox"
    label = "payment_sandbox"
    default_auto_field = "django.db.models.BigAutoField"
