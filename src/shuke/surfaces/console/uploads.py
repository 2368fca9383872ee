"""Files larger than memory that a form brings: written to disk as they come, once the page let somebody in."""

from collections.abc import Callable
from functools import wraps

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


def large_files(view: View) -> View:
    """Let a view take files of any size; it stands inside of `page`, so that who lacks the right fills no disk.

    Uploads must be said how to be kept before anything reads the form, and its token is read from it: so the check of
    that, which other pages make before anything else, is made here.
    """

    @wraps(view)
    def taking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.upload_handlers = [TemporaryFileUploadHandler(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return csrf_exempt(taking)
