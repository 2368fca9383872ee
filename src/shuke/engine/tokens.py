"""Checks the text of a rule word by word before it is parsed: length, depth, and only words that rules may use.

The parser behind it accepts far more SQL than rules are made of and exhausts the stack at about 50 nested
parentheses, so nothing reaches it that is not on the list here. Must not know types or facts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from shuke.core.values.errors import Refusal
from shuke.engine.suggestions import shorten

LENGTH_LIMIT = 4_096  # characters
DEPTH_LIMIT = 32  # nested parentheses and CASEs
SIGNS_LIMIT = 4  # NOTs and signs in a row

_SIGNS = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS})
_ALLOWED = _SIGNS | {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.NUMBER,
    TokenType.STRING,
    TokenType.DOT,
    TokenType.COMMA,
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.STAR,
    TokenType.SLASH,
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.LT,
    TokenType.LTE,
    TokenType.GT,
    TokenType.GTE,
    TokenType.AND,
    TokenType.OR,
    TokenType.IN,
    TokenType.BETWEEN,
    TokenType.CASE,
    TokenType.WHEN,
    TokenType.THEN,
    TokenType.ELSE,
    TokenType.END,
    TokenType.FILTER,
    TokenType.WHERE,
    TokenType.TRUE,
    TokenType.FALSE,
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """The text of one rule; `place` turns an offset of it into "line:column" of the file."""

    text: str
    place: Callable[[int], str]

    def refuse(self, code: str, detail: str, at: int, **params: str | int) -> Refusal:
        """Make the refusal that points at the offset `at`."""
        short = {name: shorten(value) if isinstance(value, str) else value for name, value in params.items()}
        return Refusal(code, shorten(detail, 400), pointer=self.place(at), params=short)


def checked_tokens(rule: RuleText) -> Sequence[Token]:
    """Split the text of a rule into the words that the parser may see.

    Raises:
        Refusal: expression_empty, expression_too_deep, expression_too_long, expression_syntax, not_allowed.
    """
    text, refuse = rule.text, rule.refuse
    try:
        tokens = sqlglot.tokenize(text, dialect="postgres")
    except TokenError as error:
        raise refuse("expression_syntax", "A quotation mark or comment is not closed.", _open_quote(text)) from error
    if not tokens:
        raise refuse("expression_empty", "Here an expression must stand.", 0, suggestion="order.net")
    _check_depth(tokens, rule)
    if len(text) > LENGTH_LIMIT:
        detail = f"The expression has {len(text)} characters, at most {LENGTH_LIMIT} are allowed; split the rule."
        raise refuse("expression_too_long", detail, LENGTH_LIMIT, length=len(text), limit=LENGTH_LIMIT)
    previous: Token | None = None
    for token in tokens:
        _check_token(token, previous, rule)
        previous = token
    return tokens


def _check_depth(tokens: Sequence[Token], rule: RuleText) -> None:
    refuse, depth = rule.refuse, 0
    for token, depth, signs in _depths(tokens):
        if depth < 0:
            raise refuse("expression_syntax", "This closing word has no opening one.", token.start, found=token.text)
        if depth > DEPTH_LIMIT or signs > SIGNS_LIMIT:
            detail = f"The expression is nested more than {DEPTH_LIMIT} deep; split it into several rules."
            suggestion = "split into several rules"
            raise refuse("expression_too_deep", detail, token.start, limit=DEPTH_LIMIT, suggestion=suggestion)
    if depth > 0:
        raise refuse("expression_syntax", "A parenthesis or CASE is not closed.", tokens[-1].end, found=tokens[-1].text)


def _depths(tokens: Sequence[Token]) -> Iterator[tuple[Token, int, int]]:
    depth = signs = 0
    after_dot = False
    for token in tokens:
        kind = token.token_type
        signs = signs + 1 if kind in _SIGNS else 0
        if not after_dot:
            depth += (kind in (TokenType.L_PAREN, TokenType.CASE)) - (kind in (TokenType.R_PAREN, TokenType.END))
        after_dot = kind is TokenType.DOT
        yield token, depth, signs


def _check_token(token: Token, previous: Token | None, rule: RuleText) -> None:
    refuse = rule.refuse
    written = rule.text[token.start : token.end + 1]
    before = previous.token_type if previous is not None else None
    if token.comments:
        raise refuse("not_allowed", "Comments are not allowed in a rule; put them above it.", token.end + 1, found="--")
    if token.token_type not in _ALLOWED and not (before is TokenType.DOT and written.isidentifier()):
        raise refuse("not_allowed", f"«{written}» is not part of the language of rules.", token.start, found=written)
    if before is TokenType.DOT and token.token_type is TokenType.NUMBER:
        suggestion = f"0.{written}"
        raise refuse("not_a_number", "A number begins with a digit.", token.start, found=written, suggestion=suggestion)
    if token.token_type is TokenType.STRING and not written.startswith("'"):
        raise refuse("not_allowed", "Text stands in single quotes.", token.start, found=written)
    misplaced_comma = before is TokenType.COMMA and token.token_type is TokenType.R_PAREN
    if misplaced_comma or (before is TokenType.L_PAREN and token.token_type is TokenType.COMMA):
        raise refuse("expression_syntax", "Here a value is missing.", token.start, found=written)


def _open_quote(text: str) -> int:
    """Return the offset of the quotation mark that is never closed: the last one of an odd number."""
    last = {mark: text.rfind(mark) for mark in ("'", '"') if text.count(mark) % 2}
    return max(last.values(), default=max(0, text.rfind("/*")))
