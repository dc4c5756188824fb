"""Bodies that Milvus 2.2.16 and 2.3.5 sent, and those that they took."""

import pytest
from google.protobuf.message import Message

from milvus_tck.wire import messages as m
from milvus_tck.wire.json_form import dump, load, read_request, read_response, write_response

_STATUS = m.Status()
_OBSERVED: list[tuple[str, bytes, Message]] = [
    ("CreateCollection", b"{}", m.Status()),
    (
        "CreateCollection",
        (
            b'{"error_code":5,"reason":"collection name should not be empty: invalid parameter","code":1100,'
            b'"detail":"collection name should not be empty: invalid parameter"}'
        ),
        m.Status(
            error_code=m.ErrorCode.IllegalArgument,
            reason="collection name should not be empty: invalid parameter",
            code=1100,
            detail="collection name should not be empty: invalid parameter",
        ),
    ),
    ("HasCollection", b'{"status":{},"value":true}', m.BoolResponse(status=_STATUS, value=True)),
    ("HasCollection", b'{"status":{}}', m.BoolResponse(status=_STATUS)),
    (
        "DescribeCollection",
        b'{"status":{"error_code":1},"schema":{},"collection_name":"nosuch"}',
        m.DescribeCollectionResponse(
            status=m.Status(error_code=m.ErrorCode.UnexpectedError),
            schema=m.CollectionSchema(),
            collection_name="nosuch",
        ),
    ),
    (
        "GetCollectionStatistics",
        b'{"status":{},"stats":[{"key":"row_count","value":"0"}]}',
        m.GetCollectionStatisticsResponse(status=_STATUS, stats=[m.KeyValuePair(key="row_count", value="0")]),
    ),
    (
        "ShowCollections",
        (
            b'{"status":{},"collection_names":["hc_493621"],"collection_ids":[470607910738993432],'
            b'"created_timestamps":[470607972586225670],"created_utc_timestamps":[1795226946206]}'
        ),
        m.ShowCollectionsResponse(
            status=_STATUS,
            collection_names=["hc_493621"],
            collection_ids=[470607910738993432],
            created_timestamps=[470607972586225670],
            created_utc_timestamps=[1795226946206],
        ),
    ),
    (
        "Insert",
        (
            b'{"status":{},"IDs":{"IdField":{"IntId":{"data":[1,2,3]}}},"succ_index":[0,1,2],"insert_cnt":3,'
            b'"timestamp":470607972612702225}'
        ),
        m.MutationResult(
            status=_STATUS,
            IDs=m.IDs(int_id=m.LongArray(data=[1, 2, 3])),
            succ_index=[0, 1, 2],
            insert_cnt=3,
            timestamp=470607972612702225,
        ),
    ),
    (
        "Delete",
        b'{"status":{},"IDs":{"IdField":null},"delete_cnt":1}',
        m.MutationResult(status=_STATUS, IDs=m.IDs(), delete_cnt=1),
    ),
    (
        "Flush",
        (
            b'{"status":{},"coll_segIDs":{"h":{"data":[470607910738993465]}},"flush_coll_segIDs":{"h":{}},'
            b'"coll_seal_times":{"h":1795226946},"coll_flush_ts":{"h":470607972612702235}}'
        ),
        m.FlushResponse(
            status=_STATUS,
            coll_segIDs={"h": m.LongArray(data=[470607910738993465])},
            flush_coll_segIDs={"h": m.LongArray()},
            coll_seal_times={"h": 1795226946},
            coll_flush_ts={"h": 470607972612702235},
        ),
    ),
    (
        "CalcDistance",
        b'{"status":{},"Array":{"FloatDist":{"data":[25]}}}',
        m.CalcDistanceResults(status=_STATUS, float_dist=m.FloatArray(data=[25])),
    ),
    (
        "CalcDistance",
        b'{"status":{"error_code":1},"Array":null}',
        m.CalcDistanceResults(status=m.Status(error_code=m.ErrorCode.UnexpectedError)),
    ),
    (
        "Search",
        (
            b'{"status":{},"results":{"num_queries":1,"top_k":2,"fields_data":[{"type":4,"field_name":"age","Field":'
            b'{"Scalars":{"Data":{"IntData":{"data":[1,10]}}}},"field_id":101}],"scores":[0,0],'
            b'"ids":{"IdField":{"IntId":{"data":[4,1]}}},"topks":[2]}}'
        ),
        m.SearchResults(
            status=_STATUS,
            results=m.SearchResultData(
                num_queries=1,
                top_k=2,
                fields_data=[
                    m.FieldData(
                        type=m.DataType.Int32,
                        field_name="age",
                        scalars=m.ScalarField(int_data=m.IntArray(data=[1, 10])),
                        field_id=101,
                    )
                ],
                scores=[0, 0],
                ids=m.IDs(int_id=m.LongArray(data=[4, 1])),
                topks=[2],
            ),
        ),
    ),
    (
        "Query",
        (
            b'{"status":{},"fields_data":[{"type":101,"field_name":"vec","Field":{"Vectors":{"dim":2,"Data":'
            b'{"FloatVector":{"data":[0.5,0.25]}}}},"field_id":102}]}'
        ),
        m.QueryResults(
            status=_STATUS,
            fields_data=[
                m.FieldData(
                    type=m.DataType.FloatVector,
                    field_name="vec",
                    vectors=m.VectorField(dim=2, float_vector=m.FloatArray(data=[0.5, 0.25])),
                    field_id=102,
                )
            ],
        ),
    ),
    ("Dummy", b'{"response":"{\\"status\\": \\"fail\\"}"}', m.DummyResponse(response='{"status": "fail"}')),
]


@pytest.mark.parametrize(("rpc", "body", "message"), _OBSERVED)
def test_answers_are_understood(rpc: str, body: bytes, message: Message) -> None:
    """What a real server sent reads as the message that it meant."""
    assert read_response(rpc, load(body)) == message


@pytest.mark.parametrize(("rpc", "body", "message"), _OBSERVED)
def test_answers_are_written_as_servers_do(rpc: str, body: bytes, message: Message) -> None:
    """The same message is written with the members of the body, no more and no fewer."""
    assert load(dump(write_response(rpc, message))) == load(body)


def test_a_create_request_is_understood() -> None:
    """A body that real servers took reads as the request that they made of it."""
    body = (
        b'{"collection_name":"c","schema":{"name":"c","fields":[{"name":"id","is_primary_key":true,"data_type":5},'
        b'{"name":"vec","data_type":101,"type_params":[{"key":"dim","value":"2"}]}]},"consistency_level":1}'
    )
    found = read_request("CreateCollection", load(body))
    assert isinstance(found, m.CreateCollectionRequest)
    fields = [
        m.FieldSchema(name="id", is_primary_key=True, data_type=m.DataType.Int64),
        m.FieldSchema(name="vec", data_type=m.DataType.FloatVector, type_params=[m.KeyValuePair(key="dim", value="2")]),
    ]
    assert m.CollectionSchema.FromString(found.schema) == m.CollectionSchema(name="c", fields=fields)
    assert (found.collection_name, found.consistency_level) == ("c", m.ConsistencyLevel.Session)
