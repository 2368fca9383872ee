"""What every page of the console needs around it: a language, and headers that keep a browser from harm."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from shuke.foundation import clock
from shuke.rooms.org import facade as org

_IDLE_SECONDS = 1_800
_LONGEST_SECONDS = 43_200
_NOTED_SECONDS = 60
_API = "/v1/"
Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SafeHeaders:
    """Forbid foreign scripts, styles and frames in every answer, and that pages are kept on the way."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SessionEnds:
    """End a log-in that was idle for half an hour, or is twelve hours old."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        session, now = request.session, int(clock.machine_now().timestamp())
        if SESSION_KEY in session and self._is_over(session, now):
            logout(request)
        response = self.get_response(request)
        # Not with every request: each time is a row written. And not with a refused one, which changes nothing.
        if response.status_code < 400 and SESSION_KEY in session and now - session.get("seen", 0) >= _NOTED_SECONDS:
            session["began"], session["seen"] = session.get("began", now), now
        return response

    def _is_over(self, session: SessionBase, now: int) -> bool:
        return now - session.get("began", now) > _LONGEST_SECONDS or now - session.get("seen", now) > _IDLE_SECONDS


class PageLanguage:
    """Speak the language of the account, else of the cookie, else what the browser prefers, else the organisation's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)  # a file speaks no language, and needs no look at the session
        with translation.override(self._choose(request)):
            response = self.get_response(request)
            if "json" not in response.headers.get(
                "Content-Type", ""
            ):  # data speaks no language; a problem says its own
                response.headers.setdefault("Content-Language", translation.get_language())
            return response

    def _choose(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            chosen = str(getattr(request.user, "language", ""))
        else:
            chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen if chosen in known else self._preferred(request) or self._own(request)

    def _preferred(self, request: HttpRequest) -> str:
        """Return what of our languages the browser likes best, empty where it names none of them."""
        accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
        ours = {code[:2]: code for code in dict(settings.LANGUAGES)}
        return next((ours[code[:2]] for code, _ in accepted if code[:2] in ours), "")

    def _own(self, request: HttpRequest) -> str:
        """Return the organisation's language. Nothing is read for the API, which says its language itself."""
        shop = None if request.path.startswith(_API) else org.organisation()
        return shop.language if shop else str(settings.LANGUAGE_CODE)
