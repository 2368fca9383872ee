"""What the till's pages need to be drawn."""

from django import template

from shuke.surfaces.wording.drawing import asset

register = template.Library()
register.simple_tag(asset)
