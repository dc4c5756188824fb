"""CalcDistance: two operands, each vectors or the ids of some."""

from google.protobuf.message import Message

from milvus_tck.wire.json_form import plain
from milvus_tck.wire.json_form.errors import Inexpressible, Malformed
from milvus_tck.wire.json_form.text import Plain
from milvus_tck.wire.messages import CalcDistanceRequest, VectorsArray

__all__ = ["CalcDistanceForm"]

_OPERANDS = ("op_left", "op_right")
_SHARED = frozenset({"base", "params"})
_IDS = frozenset({"collection_name", "field_name", "partition_names"})


class CalcDistanceForm:
    """`{"op_left": {"dim": 2, "vectors": [0.5, 1]}, "op_right": {"ids": {"id_array": [7], …}}}`."""

    def write(self, request: CalcDistanceRequest) -> Plain:
        """Write the request; raises `Inexpressible`."""
        bare = CalcDistanceRequest()
        bare.CopyFrom(request)
        for name in _OPERANDS:
            bare.ClearField(name)  # type: ignore[arg-type] # one of two literals
        operands = {name: _write(getattr(request, name)) for name in _OPERANDS}
        return {**plain.write(bare, answer=False), **{name: each for name, each in operands.items() if each}}

    def read(self, request: CalcDistanceRequest, body: Plain) -> None:
        """Fill an empty request; raises `Malformed`."""
        plain.read_into(request, {name: body[name] for name in _SHARED & body.keys()}, answer=False)
        for name in _OPERANDS:
            operand = body.get(name) or {}
            if not isinstance(operand, dict):
                raise Malformed(f"{name}: not an object")
            _read(getattr(request, name), operand, name)


def _write(operand: VectorsArray) -> Plain:
    kind = operand.WhichOneof("array")
    if kind == "id_array":
        ids = operand.id_array
        if ids.id_array.WhichOneof("id_field") != "int_id":
            raise Inexpressible("the ids of a body are numbers")
        named = {member.name: value for member, value in ids.ListFields() if member.name in _IDS}
        names = {name: list(value) if name == "partition_names" else value for name, value in named.items()}
        return {"ids": {**names, "id_array": list(ids.id_array.int_id.data)}}
    data = operand.data_array
    slot = data.WhichOneof("data")
    if kind is None or (slot == "binary_vector" and not data.binary_vector):
        raise Inexpressible("a body without vectors means an empty list of float vectors")
    body: Plain = {"dim": data.dim} if data.dim else {}
    if slot == "float_vector":
        numbers = plain.write_floats(data.float_vector.data, single=True)
        return {**body, "vectors": numbers} if data.float_vector.data else body
    if slot == "binary_vector":
        return {**body, "binary_vectors": plain.write_bytes(data.binary_vector)}
    raise Inexpressible(f"a body has no {slot}")


def _read(operand: VectorsArray, body: Plain, place: str) -> None:
    if body.get("ids") is not None:
        _read_ids(operand, body["ids"], f"{place}.ids")
        return
    data = operand.data_array
    data.SetInParent()
    plain.read_into(data, {"dim": body.get("dim")}, place, answer=False)
    if body.get("binary_vectors"):
        data.binary_vector = plain.read_bytes(body["binary_vectors"], f"{place}.binary_vectors")
    else:
        _read_data(data.float_vector, body.get("vectors"), f"{place}.vectors")


def _read_ids(operand: VectorsArray, body: object, place: str) -> None:
    if not isinstance(body, dict):
        raise Malformed(f"{place}: not an object")
    ids = operand.id_array
    plain.read_into(ids, {name: body[name] for name in _IDS & body.keys()}, place, answer=False)
    _read_data(ids.id_array.int_id, body.get("id_array"), f"{place}.id_array")


def _read_data(array: Message, values: object, place: str) -> None:
    array.SetInParent()
    plain.read_into(array, {"data": values}, place, answer=False)
