"""Reads the text of a rule, a strict subset of SQL expressions, into the typed tree of core.

Owns the language: which words exist and what they become. Must not know how a tree is compiled. The parser's own
tree never leaves this module: each of its nodes is read by the one function for its class, all others are refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from fractions import Fraction

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.tokenizer_core import Token, TokenType

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node
from shuke.core.values.errors import Refusal
from shuke.engine.calls import EXAMPLES, Calls
from shuke.engine.domains import check_calendar
from shuke.engine.facts import BIRTHDAY, OCCASIONS, Scope, Vocabulary, facts_of, present_names
from shuke.engine.kinds import Kinds, Operand, TextLiteral, replace_source
from shuke.engine.suggestions import nearest
from shuke.engine.tokens import DEPTH_LIMIT, RuleText, checked_tokens

TREE_DEPTH_LIMIT = 64
TREE_SIZE_LIMIT = 1_000  # nodes
BRANCHES_LIMIT = 40  # of one CASE
NUMERAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?|\.[0-9]{1,9}")

_SIGNS: Mapping[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ROUNDINGS = {"FLOOR": "floor", "CEIL": "ceil", "ROUND_HALF_UP": "half_up", "ROUND_HALF_EVEN": "half_even"}
_FUNCTIONS = (*EXAMPLES, "LEAST", "GREATEST", "ABS", *_ROUNDINGS)
# What the parser notes on its nodes by itself. Any other part that no function here reads is refused.
_NOTES = frozenset({"typed", "safe", "big_int", "ignore_nulls", "is_string"})


class Subject(Enum):
    """What a text is about, which decides the facts that it may ask for."""

    ORDER = "an order"
    EVENT = "a behaviour"
    PAST = "the past"
    LINE = "a line of an order"


Place = Callable[[int], str]  # turns an offset of the text into "line:column" of the file


def read_condition(text: str, vocabulary: Vocabulary, place: Place, on: tuple[str, ...] = ()) -> Node:
    """Read the condition under `when:` of a rule on orders, or on the behaviours `on`.

    Raises:
        Refusal: the first thing wrong with the text, with its place and, where there is one, a suggestion.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.EVENT if on else Subject.ORDER, on)
    return reader.kinds.condition(reader.read())


def read_number(text: str, vocabulary: Vocabulary, place: Place, on: tuple[str, ...] = ()) -> Node:
    """Read the number under `points:` or `multiply:`; an amount of money counts its major units.

    Raises:
        Refusal: as `read_condition`.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.EVENT if on else Subject.ORDER, on)
    return reader.kinds.number(reader.read())


def read_line_condition(text: str, vocabulary: Vocabulary, place: Place) -> Node:
    """Read a condition about one line of an order, by which an offer says which lines it is for.

    Raises:
        Refusal: as `read_condition`.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.LINE)
    return reader.kinds.condition(reader.read())


def read_base(text: str, vocabulary: Vocabulary, place: Place) -> Node:
    """Read what `order.base` shall stand for: a number about an order.

    Raises:
        Refusal: as `read_condition`; unknown_fact where it names itself.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.ORDER, names_base=False)
    return reader.kinds.number(reader.read())


def read_measure(text: str, vocabulary: Vocabulary, place: Place) -> Node:
    """Read a number about the past, such as SPEND('this year'), by which a ladder or milestone measures members.

    Raises:
        Refusal: as `read_condition`.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.PAST)
    return reader.kinds.number(reader.read())


def read_standing(text: str, vocabulary: Vocabulary, place: Place) -> Node:
    """Read a condition about the past, by which a level is reached or kept.

    Raises:
        Refusal: as `read_condition`.
    """
    reader = _Reader(RuleText(text, place), vocabulary, Subject.PAST)
    return reader.kinds.condition(reader.read())


def tags_of(nodes: Iterable[Node | None]) -> tuple[str, ...]:
    """Return the tags that trees ask for, each once, as first asked."""
    return tuple(dict.fromkeys(node.tag for node in ir.walk(nodes) if isinstance(node, ir.Tagged)))


class _Reader:
    """Reads one text: a function for each class of the parser's tree, listed in _READERS.

    While an aggregate is read, the facts are those of a line.
    """

    def __init__(
        self,
        rule: RuleText,
        vocabulary: Vocabulary,
        subject: Subject,
        on: tuple[str, ...] = (),
        *,
        names_base: bool = True,
    ) -> None:
        tiers = {f"{code}.tier": codes for code, codes in vocabulary.ladders}
        if vocabulary.ladders:
            tiers["member.tier"] = vocabulary.ladders[0][1]
        self.rule = rule
        self._facts = facts_of(vocabulary, on)
        self.kinds = Kinds(rule, vocabulary.currency_digits, tiers, self._facts)
        self._calls = Calls(rule, vocabulary)
        self._vocabulary = vocabulary
        self._subject = subject
        self._names_base = names_base
        self._tokens: Sequence[Token] = ()
        self._in_lines = subject is Subject.LINE

    def read(self) -> Operand:
        """Read the whole text."""
        self._tokens = checked_tokens(self.rule)
        try:
            tree = sqlglot.parse_one(self.rule.text, dialect="postgres")
        except ParseError as error:
            raise self._syntax_error(error) from error
        except RecursionError as error:
            raise self._too_deep(0) from error
        self._check_size(tree)
        return self._operand(tree)

    def _syntax_error(self, error: ParseError) -> Refusal:
        first = error.errors[0] if error.errors else {}
        reached = (first.get("line"), first.get("col"))
        token = next((token for token in self._tokens if (token.line, token.col) == reached), self._tokens[-1])
        found = self.rule.text[token.start : token.end + 1]
        return self.rule.refuse(
            "expression_syntax", f"The expression can't be read at «{found}».", token.start, found=found
        )

    def _check_size(self, tree: exp.Expr) -> None:
        size, level = 0, [tree]
        for _ in range(TREE_DEPTH_LIMIT):
            size += len(level)
            level = [part for node in level for part in node.iter_expressions()]
        if level:
            raise self._too_deep(_offset(level[0]))
        if size > TREE_SIZE_LIMIT:
            detail = "The expression has too many parts; split it into several rules."
            raise self.rule.refuse("expression_too_long", detail, 0, length=size, limit=TREE_SIZE_LIMIT)

    def _too_deep(self, at: int) -> Refusal:
        detail = "The expression is nested too deep; split it into several rules."
        suggestion = "split into several rules"
        return self.rule.refuse("expression_too_deep", detail, at, limit=DEPTH_LIMIT, suggestion=suggestion)

    def _operand(self, tree: exp.Expr) -> Operand:
        return Operand(self._node(tree), _offset(tree))

    def _node(self, tree: exp.Expr) -> Node:
        """Read one node of the parser's tree by the function for its class."""
        if type(tree) not in _READERS:
            raise self._unknown(tree)
        parts, read = _READERS[type(tree)]
        others = [name for name, value in tree.args.items() if value and name not in parts and name not in _NOTES]
        if others:
            raise self._unknown(tree)
        return read(self, tree)

    def _unknown(self, tree: exp.Expr) -> Refusal:
        at = _offset(tree)
        if tree.key.upper() in _FUNCTIONS:
            return self._calls.wrong_arguments(tree.key.upper(), at)
        if isinstance(tree, exp.Func) and "start" in tree.meta:
            name = self._written(tree)
            suggestion = nearest(name.upper(), _FUNCTIONS)
            return self.rule.refuse(
                "unknown_function", f"Rules have no function «{name}».", at, found=name, **suggestion
            )
        found = self.rule.text[at : at + 40]
        return self.rule.refuse(
            "not_allowed", f"This is not part of the language of rules: «{found}».", at, found=found
        )

    # Values

    def literal(self, tree: exp.Expr) -> Node:
        written = self._written(tree)
        if tree.args.get("is_string"):
            return TextLiteral(Kind.TEXT, written, str(tree.this))
        if not NUMERAL.fullmatch(written):
            code = "too_many_digits" if re.fullmatch(r"[0-9]*\.?[0-9]*", written) else "not_a_number"
            detail = f"«{written}» is not a number of at most 12 digits before and 9 after the point."
            raise self.rule.refuse(code, detail, _offset(tree), found=written[:40])
        return ir.Constant(Kind.NUMBER, written, Fraction(written))

    def _written(self, tree: exp.Expr) -> str:
        return self.rule.text[int(tree.meta["start"]) : int(tree.meta["end"]) + 1]

    def boolean(self, tree: exp.Expr) -> Node:
        return ir.Truth(Kind.CONDITION, "TRUE" if tree.this else "FALSE", bool(tree.this))

    def fact(self, tree: exp.Expr) -> Node:
        name, at = _column_name(tree), _offset(tree)
        if name == "order.base" and self._names_base:
            self._check_scope(name, "order", Kind.MONEY, at)
            base = self._vocabulary.base
            return replace_source(base, name) if base else ir.Fact(Kind.MONEY, name, "order.net")
        spec = self._facts.get(name)
        if spec is None:
            raise self._unknown_fact(name, at)
        if spec.scope == "tier" and not self._vocabulary.ladders:
            raise self.rule.refuse("no_tiers", f"The program has no tiers, so «{name}» says nothing.", at, found=name)
        self._check_scope(name, spec.scope, spec.kind, at)
        check_calendar(self.rule, name, self._vocabulary.country, at)
        return ir.Fact(spec.kind, name, name)

    def _unknown_fact(self, name: str, at: int) -> Refusal:
        owner, _, attribute = name.partition(".")
        declared = {each.code for behaviour in self._vocabulary.behaviours for each in behaviour.attributes}
        if owner == "event" and attribute in declared:
            detail = f"«{name}» is not an attribute of everything that this rule is on."
            return self.rule.refuse("wrong_scope", detail, at, found=name)
        asked = {"suggestion": f"HAS({name})"} if name == BIRTHDAY else nearest(name, self._facts)
        return self.rule.refuse("unknown_fact", f"There is no fact «{name}».", at, found=name, **asked)

    def _check_scope(self, name: str, scope: Scope, kind: Kind, at: int) -> None:
        """Refuse a fact that the text is not about."""
        if scope == "item" and not self._in_lines and self._subject is Subject.ORDER:
            example = f"COUNT(*) FILTER (WHERE {name} = 'A')" if kind is Kind.TEXT else f"SUM({name})"
            detail = f"«{name}» is a fact of each line; add the lines up."
            raise self.rule.refuse("wrong_scope", detail, at, found=name, suggestion=example)
        if self._in_lines and scope != "item":
            detail = f"Inside SUM and COUNT stand facts of the line; «{name}» is a fact of the order."
            lines = [fact for fact, spec in self._facts.items() if spec.scope == "item"]
            raise self.rule.refuse("wrong_scope", detail, at, found=name, **nearest(name, lines))
        if scope not in _SCOPES[self._subject]:
            known = [fact for fact, spec in self._facts.items() if spec.scope in _SCOPES[self._subject]]
            asked = {"suggestion": EXAMPLES["SPEND"]} if self._subject is Subject.PAST else nearest(name, known)
            detail = f"«{name}» can't be asked here: this is about {self._subject.value}."
            raise self.rule.refuse("wrong_scope", detail, at, found=name, **asked)

    def paren(self, tree: exp.Expr) -> Node:
        node = self._node(tree.this)
        return replace_source(node, f"({node.source})")

    # Numbers

    def arithmetic(self, tree: exp.Expr) -> Node:
        return self.kinds.arithmetic(_SIGNS[type(tree)], self._operand(tree.this), self._operand(tree.expression))

    def negate(self, tree: exp.Expr) -> Node:
        node = self.kinds.number(self._operand(tree.this))
        if isinstance(node, ir.Constant):
            return ir.Constant(node.kind, f"-{node.source}", -node.value)
        return ir.Negate(node.kind, f"-{node.source}", node)

    def absolute(self, tree: exp.Expr) -> Node:
        node = self.kinds.number(self._operand(tree.this))
        return ir.Absolute(node.kind, f"ABS({node.source})", node)

    def rounded(self, tree: exp.Expr, name: str | None = None) -> Node:
        function = name or ("FLOOR" if isinstance(tree, exp.Floor) else "CEIL")
        node = self.kinds.number(self._operand(tree.expressions[0] if name else tree.this))
        return ir.Round(node.kind, f"{function}({node.source})", _ROUNDINGS[function], node)

    def extreme(self, tree: exp.Expr) -> Node:
        nodes = self.kinds.alike([self._operand(part) for part in (tree.this, *tree.expressions)])
        listed = ", ".join(node.source for node in nodes)
        if isinstance(tree, exp.Least):
            return ir.Least(nodes[0].kind, f"LEAST({listed})", nodes)
        return ir.Greatest(nodes[0].kind, f"GREATEST({listed})", nodes)

    def case(self, tree: exp.Expr) -> Node:
        branches: Sequence[exp.Expr] = tree.args["ifs"]
        at = max((token.start for token in self._tokens if _is_case_before(token, _offset(tree))), default=0)
        if tree.args.get("default") is None:
            detail = "CASE needs ELSE: a rule always has a value."
            raise self.rule.refuse("case_needs_else", detail, at, suggestion="ELSE 0")
        if len(branches) > BRANCHES_LIMIT:
            detail = f"CASE has at most {BRANCHES_LIMIT} branches."
            raise self.rule.refuse("expression_too_long", detail, at, length=len(branches), limit=BRANCHES_LIMIT)
        conditions = [self._branch_condition(tree.this, branch.this) for branch in branches]
        values = [branch.args["true"] for branch in branches]
        nodes = self.kinds.alike([self._operand(value) for value in (*values, tree.args["default"])])
        pairs = tuple(zip(conditions, nodes[:-1], strict=True))
        whens = " ".join(f"WHEN {condition.source} THEN {value.source}" for condition, value in pairs)
        return ir.Case(nodes[0].kind, f"CASE {whens} ELSE {nodes[-1].source} END", pairs, nodes[-1])

    def _branch_condition(self, subject: exp.Expr | None, branch: exp.Expr) -> Node:
        if subject is None:
            return self.kinds.condition(self._operand(branch))
        return self.kinds.compare("=", self._operand(subject), self._operand(branch))

    # Conditions

    def comparison(self, tree: exp.Expr) -> Node:
        return self.kinds.compare(_COMPARISONS[type(tree)], self._operand(tree.this), self._operand(tree.expression))

    def between(self, tree: exp.Expr) -> Node:
        subject = self._operand(tree.this)
        first, last = (self._operand(tree.args[end]) for end in ("low", "high"))
        low, high = self.kinds.compare(">=", subject, first), self.kinds.compare("<=", subject, last)
        source = f"{subject.node.source} BETWEEN {first.node.source} AND {last.node.source}"
        return self.kinds.both(low, Operand(high, last.at), source)

    def in_list(self, tree: exp.Expr) -> Node:
        subject = self._operand(tree.this)
        choices = [self._operand(part) for part in tree.expressions]
        if not choices:
            detail = "IN needs a list in parentheses."
            raise self.rule.refuse("expression_syntax", detail, subject.at, found="IN", suggestion="IN ('A', 'B')")
        listed = ", ".join(choice.node.source for choice in choices)
        return self.kinds.one_of(subject, choices, negated=False, source=f"{subject.node.source} IN ({listed})")

    def both(self, tree: exp.Expr) -> Node:
        left, right = (self.kinds.condition(self._operand(part)) for part in (tree.this, tree.expression))
        if isinstance(tree, exp.And):
            return self.kinds.both(left, Operand(right, _offset(tree.expression)), f"{left.source} AND {right.source}")
        return ir.Or(Kind.CONDITION, f"{left.source} OR {right.source}", left, right)

    def not_(self, tree: exp.Expr) -> Node:
        node = self.kinds.condition(self._operand(tree.this))
        if isinstance(node, ir.OneOf) and isinstance(tree.this, exp.In):
            source = node.source.replace(" IN (", " NOT IN (", 1)
            return ir.OneOf(node.kind, source, node.fact, node.texts, negated=True)
        return ir.Not(Kind.CONDITION, f"NOT {node.source}", node)

    # Functions

    def filtered(self, tree: exp.Expr) -> Node:
        if not isinstance(tree.this, exp.Sum | exp.Count):
            raise self._unknown(tree.this)
        return self.aggregate(tree.this, tree.expression.this)

    def aggregate(self, tree: exp.Expr, where: exp.Expr | None = None) -> Node:
        counted = isinstance(tree, exp.Count)
        if self._in_lines or (isinstance(tree.this, exp.Star) is not counted):
            raise self._calls.wrong_arguments("COUNT" if counted else "SUM", _offset(tree))
        if self._subject is not Subject.ORDER:
            detail = f"Only orders have lines: this is about {self._subject.value}."
            raise self.rule.refuse("wrong_scope", detail, _offset(tree), found="COUNT" if counted else "SUM")
        self._in_lines = True
        argument = None if counted else self.kinds.number(self._operand(tree.this))
        condition = None if where is None else self.kinds.condition(self._operand(where))
        self._in_lines = False
        source = "COUNT(*)" if argument is None else f"SUM({argument.source})"
        if condition is not None:
            source = f"{source} FILTER (WHERE {condition.source})"
        kind = Kind.NUMBER if argument is None else argument.kind
        return ir.Aggregate(kind, source, "COUNT" if counted else "SUM", argument, condition)

    def modulo(self, tree: exp.Expr) -> Node:
        return self.kinds.modulo(self._operand(tree.this), self._operand(tree.expression))

    def function(self, tree: exp.Expr) -> Node:
        name, at = str(tree.this).upper(), _offset(tree)
        if name not in _FUNCTIONS:
            raise self._unknown(tree)
        if name in _ROUNDINGS:
            if len(tree.expressions) != 1:
                raise self._calls.wrong_arguments(name, at)
            return self.rounded(tree, name)
        if self._in_lines and name != "HAS":
            raise self._calls.wrong_arguments("SUM", at)
        if name == "HAS":
            return self._has(tree.expressions, at)
        if any(isinstance(part, exp.Column) for part in tree.expressions):  # the quotes are missing
            raise self._calls.wrong_arguments(name, at)
        node = self._calls.read(name, [self._operand(part) for part in tree.expressions], at)
        if isinstance(node, ir.Fact):
            self._check_scope(node.source, OCCASIONS[node.name].scope, node.kind, at)
        return node

    def _has(self, arguments: Sequence[exp.Expr], at: int) -> Node:
        if len(arguments) != 1:
            raise self._calls.wrong_arguments("HAS", at)
        argument = arguments[0]
        name = _column_name(argument) if isinstance(argument, exp.Column) else argument.sql()
        present = tuple(present_names(self._facts))
        if name not in present:
            detail = f"Nothing can be missing in «{name}»; HAS asks for {', '.join(present)}."
            raise self.rule.refuse("wrong_presence", detail, _offset(argument), found=name, **nearest(name, present))
        source = f"HAS({name})"
        if name == BIRTHDAY:
            self._check_scope(name, "member", Kind.CONDITION, at)
            return ir.Has(Kind.CONDITION, source, name)
        self._check_scope(name, self._facts[name].scope, Kind.TEXT, at)
        check_calendar(self.rule, name, self._vocabulary.country, at)
        return ir.OneOf(Kind.CONDITION, source, ir.Fact(Kind.TEXT, name, name), ("",), negated=True)


_Read = Callable[[_Reader, exp.Expr], Node]
_READERS: Mapping[type[exp.Expr], tuple[tuple[str, ...], _Read]] = {
    **dict.fromkeys(_SIGNS, (("this", "expression"), _Reader.arithmetic)),
    **dict.fromkeys(_COMPARISONS, (("this", "expression"), _Reader.comparison)),
    exp.Literal: (("this",), _Reader.literal),
    exp.Boolean: (("this",), _Reader.boolean),
    exp.Column: (("this", "table"), _Reader.fact),
    exp.Paren: (("this",), _Reader.paren),
    exp.Neg: (("this",), _Reader.negate),
    exp.Abs: (("this",), _Reader.absolute),
    exp.Floor: (("this",), _Reader.rounded),
    exp.Ceil: (("this",), _Reader.rounded),
    exp.Least: (("this", "expressions"), _Reader.extreme),
    exp.Greatest: (("this", "expressions"), _Reader.extreme),
    exp.Case: (("this", "ifs", "default"), _Reader.case),
    exp.Between: (("this", "low", "high"), _Reader.between),
    exp.In: (("this", "expressions"), _Reader.in_list),
    exp.And: (("this", "expression"), _Reader.both),
    exp.Or: (("this", "expression"), _Reader.both),
    exp.Not: (("this",), _Reader.not_),
    exp.Filter: (("this", "expression"), _Reader.filtered),
    exp.Sum: (("this",), _Reader.aggregate),
    exp.Count: (("this",), _Reader.aggregate),
    exp.Mod: (("this", "expression"), _Reader.modulo),
    exp.Anonymous: (("this", "expressions"), _Reader.function),
}
_SCOPES: Mapping[Subject, frozenset[Scope]] = {
    Subject.ORDER: frozenset({"order", "moment", "item", "member", "tier"}),
    Subject.EVENT: frozenset({"event", "moment", "member", "tier"}),
    Subject.PAST: frozenset({"member"}),
    Subject.LINE: frozenset({"item"}),
}


def _offset(tree: exp.Expr) -> int:
    """Return where in the text a node begins, as far as the parser says so."""
    return min((int(node.meta["start"]) for node in tree.walk() if "start" in node.meta), default=0)


def _column_name(tree: exp.Expr) -> str:
    """Return the name of a fact; an unquoted part is folded to lower case, as in SQL."""
    parts = [tree.args.get(part) for part in ("catalog", "db", "table", "this")]
    named = [part for part in parts if isinstance(part, exp.Expr)]
    return ".".join(part.name if part.args.get("quoted") else part.name.lower() for part in named)


def _is_case_before(token: Token, at: int) -> bool:
    return token.token_type is TokenType.CASE and token.start < at
