"""From options to what goes with every call."""

import base64
from pathlib import Path

import pytest

from milvus_tck.targets.credentials import credentials


def told(**given: str) -> dict[str, str]:
    """What is sent, with the authorization made readable."""
    found = dict(credentials(**given).metadata)  # type: ignore[arg-type]
    if "authorization" in found:
        found["authorization"] = base64.b64decode(found["authorization"]).decode()
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"token": "root:Milvus"}, {"authorization": "root:Milvus"}),
        ({"token": "an-api-key"}, {"authorization": "an-api-key"}),
        ({"user": "root", "password": "Milvus"}, {"authorization": "root:Milvus"}),
        ({"user": "root"}, {"authorization": "root:"}),
        ({"user": "ürsula", "password": "geheim:ß"}, {"authorization": "ürsula:geheim:ß"}),
        ({"password": "alone"}, {}),
        ({"db": "books"}, {"dbname": "books"}),
        ({"token": "t", "db": "books"}, {"authorization": "t", "dbname": "books"}),
    ],
)
def test_metadata(given: dict[str, str], expected: dict[str, str]) -> None:
    """A token, or a user with a password, in base64 without a scheme; a database by its name."""
    assert told(**given) == expected


def test_tls_is_spoken_where_anything_speaks_of_it(tmp_path: Path) -> None:
    """A certificate to trust or to show asks for TLS by itself; half a pair is refused."""
    file = tmp_path / "a.pem"
    assert not credentials().tls
    assert credentials(tls=True).tls
    assert credentials(ca=file).tls
    assert credentials(certificate=file, key=file).tls
    with pytest.raises(ValueError, match="go together"):
        credentials(key=file)


def test_what_can_not_be_sent_is_refused() -> None:
    """A database that is no printable ASCII cannot be a header."""
    with pytest.raises(ValueError, match="cannot be sent"):
        credentials(db="bücher\n")
