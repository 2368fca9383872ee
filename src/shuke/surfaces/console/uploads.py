"""Files larger than memory that a form brings: written to disk as they come, for pages of those who may."""

from collections.abc import Callable
from functools import wraps

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


def large_files(view: View) -> View:
    """Let a view take files of any size from whoever is logged in; its form's token is checked as everywhere.

    Uploads must be said how to be kept before anything reads the form, and the token is read from it: so the check
    waits until that is said.
    """

    @wraps(view)
    def taking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            request.upload_handlers = [TemporaryFileUploadHandler(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return csrf_exempt(taking)
