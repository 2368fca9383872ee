"""Django's registration of the members' pages under the label `portal`, for their templates, files and words."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "shuke.surfaces.portal"
    label = "portal"
