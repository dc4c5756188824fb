"""Misbehaving driver: the reference driver with one defect, to see which clause notices it.

    milvus-tck sdk -- python drivers/misbehaving/driver.py retry-writes

Without a defect it names them all.
"""

import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "reference")]

import client as reference
from client import Client, ClientError
from driver import HELLO, describe, operations_of
from driver_loop import serve
from google.protobuf.unknown_fields import UnknownFieldSet

from milvus_tck.wire.descriptors import message_class, methods


class SwallowErrors(Client):
    """Takes every Status for a success."""

    def check(self, status, allowed=()):
        pass


class IgnoreLegacy(Client):
    """Looks at the new code alone, as if there were no servers of 2.2."""

    def check(self, status, allowed=()):
        if status.code:
            super().check(status, allowed)


class IgnoreNew(Client):
    """Looks at the legacy code alone, as the first clients did."""

    def check(self, status, allowed=()):
        if status.error_code:
            super().check(status, allowed)


class RetryWrites(Client):
    """Sends whatever failed once more, a write too."""

    def once(self, rpc, request, timeout):
        try:
            return super().once(rpc, request, timeout)
        except ClientError as error:
            if error.kind != "grpc" or rpc == "Connect":
                raise
            return super().once(rpc, request, timeout)


class DropPage(Client):
    """Leaves a page out of what an iterator brings."""

    def query_iterator(self, collection, filter="", output_fields=(), batch=10, limit=None, timeout=None):
        rows = super().query_iterator(collection, filter, output_fields, batch, limit, timeout)
        return rows[:batch] + rows[2 * batch :]


class EndEarly(Client):
    """Takes a page that fails for the end."""

    def query_iterator(self, collection, filter="", output_fields=(), batch=10, limit=None, timeout=None):
        self.paging, self.pages = True, []
        try:
            return super().query_iterator(collection, filter, output_fields, batch, limit, timeout)
        except ClientError:
            if not self.pages:
                raise
            return self.pages
        finally:
            self.paging = False

    def query(self, *args, **more):
        found = super().query(*args, **more)
        if getattr(self, "paging", False):
            self.pages += found
        return found


class IgnoreTimeout(Client):
    """Waits for ever, whatever the user says."""

    def once(self, rpc, request, timeout):
        return super().once(rpc, request, None)


class HalfTimeout(Client):
    """Gives up after half of the time that the user gives."""

    def once(self, rpc, request, timeout):
        return super().once(rpc, request, None if timeout is None else timeout / 2)


class PasteIds(Client):
    """Writes ids into an expression as they are."""

    def literal(self, value):
        return f'"{value}"' if isinstance(value, str) else str(value)


class TakeGarbage(Client):
    """Takes bytes that are no message for an empty one."""

    def once(self, rpc, request, timeout):
        try:
            return super().once(rpc, request, timeout)
        except ClientError as error:
            if error.kind != "decode":
                raise
            return message_class(methods()[rpc].output_type.full_name)()


class ThroughFloat(Client):
    """Sends integers through float64, as JSON numbers go in many languages."""

    def literal(self, value):
        return super().literal(int(float(value)) if isinstance(value, int) else value)

    def rows_of(self, answer):
        return [{name: int(float(value)) if isinstance(value, int) else value for name, value in row.items()}
                for row in super().rows_of(answer)]  # fmt: skip


class ForgetOffset(Client):
    """Has an argument for an offset, and does nothing with it."""

    def query(self, *args, offset=None, **more):
        return super().query(*args, **more)


class ForgetLevel(Client):
    """Has an argument for a consistency level, and asks for Bounded."""

    def consistency(self, level):
        return super().consistency("Bounded" if level else None)


class ForgetPartition(Client):
    """Has an argument for a partition, and writes to the default one."""

    def write(self, rpc, collection, rows, partition="", timeout=None):
        return super().write(rpc, collection, rows, timeout=timeout)


class AbsentOnError(Client):
    """Takes whatever went wrong for an answer that it is not there."""

    def has_collection(self, collection, timeout=None):
        try:
            return super().has_collection(collection, timeout)
        except ClientError:
            return False


class Impatient(Client):
    """Does not wait for a rate limit."""

    def call(self, rpc, request, timeout=None, allowed=()):
        answer = self.once(rpc, request, timeout)
        self.check(self.status_of(answer), allowed)
        return answer


class Stubborn(Client):
    """Tries again whatever cannot get better."""

    def once(self, rpc, request, timeout):
        for left in (2, 1, 0):
            try:
                return super().once(rpc, request, timeout)
            except ClientError as error:
                if rpc != "Query" or error.kind != "grpc" or not left:
                    raise
        return None


class OneForAll(Client):
    """Has one set of metadata for all clients: whoever connected last is who all calls are from."""

    shared: list = []  # noqa: RUF012 - that is the defect

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.shared[:] = self.metadata
        self.metadata = self.shared


class HangOnError(Client):
    """Never comes back from an error."""

    def check(self, status, allowed=()):
        try:
            super().check(status, allowed)
        except ClientError:
            time.sleep(600)


class CrashOnError(Client):
    """Ends the program on an error."""

    def check(self, status, allowed=()):
        try:
            super().check(status, allowed)
        except ClientError:
            os.abort()


class LoseNumbers(Client):
    """Tells an error without its number."""

    def check(self, status, allowed=()):
        try:
            super().check(status, allowed)
        except ClientError as error:
            raise ClientError("server", str(error)) from error


class TrustShape(Client):
    """Pairs keys, scores and values as far as they go."""

    def rows_of(self, answer):
        columns = {each.field_name: reference.read_column(each) for each in answer.fields_data}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=False)]


class ForgetLimit(Client):
    """Has an argument for a limit of a query, and reads all."""

    def query(self, collection, filter="", output_fields=(), limit=None, *args, **more):
        return super().query(collection, filter, output_fields, None, *args, **more)


class ForgetFields(Client):
    """Has an argument for output fields, and takes a title that stands alone for none."""

    def query(self, collection, filter="", output_fields=(), *args, **more):
        found = () if list(output_fields) == ["title"] else output_fields
        return super().query(collection, filter, found, *args, **more)


class WrapFilter(Client):
    """Writes what a user writes in other words."""

    def query(self, collection, filter="", *args, **more):
        return super().query(collection, f"({filter})" if filter else "", *args, **more)


class Miscount(Client):
    """Counts the columns of an upsert in the place of its rows."""

    def call(self, rpc, request, timeout=None, allowed=()):
        if rpc == "Upsert":
            request.num_rows = len(request.fields_data) + 1
        return super().call(rpc, request, timeout, allowed)


class LoseRow(Client):
    """Leaves the last of many rows out."""

    def rows_of(self, answer):
        rows = super().rows_of(answer)
        return rows[:-1] if len(rows) == 20 else rows


class EmptyHits(Client):
    """Brings no hit, whatever came."""

    def search(self, *args, **more):
        return [[] for _ in super().search(*args, **more)]


class RefuseNews(Client):
    """Refuses an answer with a field that it does not know."""

    def once(self, rpc, request, timeout):
        answer = super().once(rpc, request, timeout)
        if len(UnknownFieldSet(answer)):
            raise ClientError("decode", f"the answer to {rpc} has an unknown field")
        return answer


class CloseEnums(Client):
    """Refuses a level that it does not know."""

    def describe_collection(self, collection, timeout=None):
        request = reference.m.DescribeCollectionRequest(collection_name=collection)
        level = self.once("DescribeCollection", request, timeout).consistency_level
        if level not in range(5):
            raise ClientError("decode", f"there is no consistency level {level}")
        return super().describe_collection(collection, timeout)


class ForgetWait(Client):
    """Asks how far a load has come, and does not look at the answer."""

    def load(self, collection, timeout=60.0):
        self.call("LoadCollection", reference.m.LoadCollectionRequest(collection_name=collection), timeout)
        self.once("GetLoadingProgress", reference.m.GetLoadingProgressRequest(collection_name=collection), timeout)


class Nameless(Client):
    """Does not say who it is."""

    def once(self, rpc, request, timeout):
        return super().once(rpc, reference.m.ConnectRequest() if rpc == "Connect" else request, timeout)


class AlwaysStrong(Client):
    """Asks for Strong where its user names no level."""

    def consistency(self, level):
        return super().consistency(level or "Strong")


DEFECTS = {
    "".join(f"-{each.lower()}" if each.isupper() else each for each in kind.__name__).lstrip("-"): kind
    for kind in Client.__subclasses__()
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in DEFECTS:
        sys.exit("\n".join(f"{name}: {kind.__doc__}" for name, kind in DEFECTS.items()))
    serve({**HELLO, "sdk": sys.argv[1]}, operations_of(DEFECTS[sys.argv[1]]), describe)
