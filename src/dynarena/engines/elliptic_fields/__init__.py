"""Static problems: the fields at rest of div(a grad u) + r(u) = 0."""

from dynarena.engines.elliptic_fields.engine import Elliptic as Elliptic
from dynarena.engines.elliptic_fields.engine import StaticProblem as StaticProblem
