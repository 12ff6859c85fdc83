"""Fields whose solution is a formula."""

from dynarena.engines.field_closed_form.engine import FieldClosedForm as FieldClosedForm
from dynarena.engines.field_closed_form.engine import FieldSolution as FieldSolution
