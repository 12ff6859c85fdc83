"""Python source of expressions, in the order written: what compiled right-hand sides are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from dynarena.equations.power import power
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number, children


class Source:
    """Writes expressions as Python text.

    `name` gives the text of a name or a neighbour, `functions` that of each function. Whole powers become products in
    the order of `power`; the base of one, unless it is a name, is first assigned to a variable in `lines`. So is every
    part that stands twice in the `trees` to be written: equal parts have equal values, bit for bit.
    """

    def __init__(
        self,
        name: Callable[[Name | Index], str],
        functions: Mapping[str, str],
        prefix: str = "t",
        trees: Iterable[Expr] = (),
    ) -> None:
        self._name = name
        self._functions = functions
        self._prefix = prefix
        self._shared = repeated(trees)
        self._known: dict[Expr, str] = {}
        self.lines: list[str] = []

    def text(self, expr: Expr) -> str:
        """The expression's source, bracketed so that Python evaluates it in the tree's order."""
        if expr not in self._shared:
            return self._written(expr)
        if expr not in self._known:
            self._known[expr] = self.assign(self._written(expr))
        return self._known[expr]

    def _written(self, expr: Expr) -> str:
        match expr:
            case Number(digits):
                return repr(float(digits))
            case Name() | Index():
                return self._name(expr)
            case Negate(operand):
                return f"(-{self.text(operand)})"
            case Binary("**", base, Number(exponent)):
                return self._power(base, int(exponent))
            case Binary(op, left, right) | Compare(op, left, right):
                return f"({self.text(left)} {op} {self.text(right)})"
            case Call(function, arguments):
                return self._call(function, [self.text(argument) for argument in arguments])

    def _power(self, base: Expr, exponent: int) -> str:
        current = self.text(base)
        if not current.isidentifier():
            current = self.assign(current)
        return power(current, exponent, self._product, "1.0")

    def _product(self, left: str, right: str) -> str:
        """left*right; a square of a product is assigned first so that text does not double with each bit."""
        if left == right and not left.isidentifier():
            left = right = self.assign(left)
        return f"({left} * {right})"

    def assign(self, text: str) -> str:
        """The name of a fresh variable that holds `text`."""
        variable = f"{self._prefix}{len(self.lines)}"
        self.lines.append(f"{variable} = {text}")
        return variable

    def _call(self, function: str, arguments: list[str]) -> str:
        if function == "where":
            condition, first, second = arguments
            return f"({first} if {condition} else {second})"
        name = self._functions[function]
        if function in ("min", "max"):
            joined = arguments[0]
            for other in arguments[1:]:
                joined = f"{name}({joined}, {other})"
            return joined
        return f"{name}({', '.join(arguments)})"


def repeated(trees: Iterable[Expr]) -> frozenset[Expr]:
    """The parts, names and numbers apart, that stand more than once in the trees."""
    counts: Counter[Expr] = Counter()

    def count(expr: Expr) -> None:
        if isinstance(expr, Number | Name | Index):
            return
        counts[expr] += 1
        if counts[expr] == 1:
            for part in children(expr):
                count(part)

    for tree in trees:
        count(tree)
    return frozenset(part for part, times in counts.items() if times > 1 and not isinstance(part, Compare))
