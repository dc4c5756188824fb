"""The operators by name: what each does to an answer.

An operator changes `scene.response`, or returns the reply that the client gets instead.
Where it finds nothing to change it changes nothing: the mutant was not applied.
"""

from milvus_tck.mutants.operators_bytes import BYTES
from milvus_tck.mutants.operators_http import HTTP_ANSWERS
from milvus_tck.mutants.operators_rows import ROWS
from milvus_tck.mutants.operators_status import REFUSED, STATUS
from milvus_tck.mutants.operators_time import TIME
from milvus_tck.mutants.operators_values import VALUES, Operator

__all__ = ["OPERATORS", "REFUSED", "Operator"]

OPERATORS: dict[str, Operator] = {**STATUS, **VALUES, **ROWS, **TIME, **BYTES, **HTTP_ANSWERS}
