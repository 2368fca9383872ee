"""Serves the console's own static files from the packages they came in: nothing to collect, nothing from elsewhere."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

_DAY_SECONDS = 86_400


@require_safe
def asset(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with a static file of an installed package; browsers keep it for a day and then ask whether it changed."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise Http404(path)
    file = Path(found)
    response = serve(request, file.name, document_root=str(file.parent))
    response.headers["Cache-Control"] = f"max-age={_DAY_SECONDS}"
    return response
