"""What a secret is, and that it is taken out wherever it stands and however it is written."""

import base64
import json
from collections.abc import Iterator

import pytest

from milvus_tck.wire import messages as m
from milvus_tck.wire import redaction
from milvus_tck.wire.message_redaction import redact, secrets_in
from milvus_tck.wire.redaction import (
    REDACTED,
    command_words,
    holds,
    is_secret,
    metadata_rows,
    redacted_body,
    redacted_json,
    remember,
    scrub,
    secrets_of,
)

_WORD = "Swordfish-1?"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Forget what a test makes known."""
    own: set[str] = set()
    monkeypatch.setattr(redaction, "_known", own)
    return iter([own])


@pytest.mark.parametrize(
    "name",
    ["password", "newPassword", "old_password", "Authorization", "proxy-authorization", "Cookie", "set-cookie",
     "token", "accessToken", "x-auth-token", "api_key", "apiKey", "X-Api-Key", "secret", "client_secret", "secretKey",
     "credential", "credentials", "private-key", "passphrase", "PWD", "trace-token-bin"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    """In whatever case, with dashes, underscores or humps."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["key", "primary_key", "tokenizer", "username", "collection_name", "tls-key", "dbname"]
)
def test_names_of_no_secrets(name: str) -> None:
    """What only looks like it is shown."""
    assert not is_secret(name)


def test_members_and_pairs_of_json() -> None:
    """By name, however deep, also in a text that is JSON itself; what gives nothing away stays."""
    given = {
        "userName": "u", "password": _WORD, "data": [{"apiKey": _WORD, "x": 1}], "secret": 12345678,
        "properties": [{"key": "token", "value": _WORD}, {"key": "max_token", "value": "9"}],
        "params": json.dumps({"credential": _WORD, "model": "m"}), "tokens": [1], "max_token": 9,
    }  # fmt: skip
    clean = redacted_json(given)
    assert _WORD not in json.dumps(clean)
    assert clean["data"] == [{"apiKey": REDACTED, "x": 1}]
    assert clean["properties"] == [{"key": "token", "value": REDACTED}, {"key": "max_token", "value": "9"}]
    assert (clean["secret"], clean["tokens"], clean["max_token"], clean["userName"]) == (REDACTED, [1], 9, "u")
    assert json.loads(clean["params"]) == {"credential": REDACTED, "model": "m"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "%s"}',
        b'{"a": {"Token": "%s"}, ',
        b'{"password":"%s',
        b"user=u&password=%s&x=1",
        b'[{"secret":["%s"]}]',
    ],
)
def test_bodies(body: bytes) -> None:
    """JSON, JSON that is cut or broken, a form; a body without secrets stays byte for byte."""
    clean = redacted_body(body % b"Swordfish")
    assert b"Swordfish" not in clean
    assert REDACTED.encode() in clean
    harmless = b'{"collectionName" :  "c"}'
    assert redacted_body(harmless) is harmless
    assert redacted_body(b"\xff\x00") == b"\xff\x00"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("http://root:Sword@host:1/x", "http://[redacted]@host:1/x"),
        ("GET /v1?token=Sword&a=1", "GET /v1?token=[redacted]&a=1"),
        ("/x?api_key=Sword", "/x?api_key=[redacted]"),
        ("http://host:1/x?limit=3", "http://host:1/x?limit=3"),
    ],
)
def test_urls(text: str, clean: str) -> None:
    """The part before the host, and what a query names so."""
    assert scrub(text) == clean


@pytest.mark.parametrize(
    "form",
    [
        _WORD, base64.b64encode(_WORD.encode()).decode(), _WORD.encode().hex(), _WORD.encode().hex().upper(),
        "Swordfish-1%3F",
    ],
)  # fmt: skip
def test_what_is_known_is_taken_out_in_every_form(form: str) -> None:
    """Whoever repeats it, and in bytes as well as in texts."""
    remember([_WORD])
    assert scrub(f"no rights for <{form}>") == "no rights for <[redacted]>"
    assert holds(b"\x0a" + form.encode() + b"\x00")


def test_what_everybody_knows_is_no_secret() -> None:
    """The password of every fresh server is the name of what we judge; a few letters stand everywhere."""
    remember(secrets_of([("authorization", base64.b64encode(b"root:Milvus").decode())]))
    remember(["ab"])
    assert scrub("Milvus 2.3 is about cab") == "Milvus 2.3 is about cab"
    assert scrub("root:Milvus") == REDACTED


def test_headers() -> None:
    """Schemes of HTTP, and gRPC's way without one; what stands inside is known in each form."""
    basic = base64.b64encode(f"u:{_WORD}".encode()).decode()
    rows = metadata_rows([("Authorization", f"Basic {basic}"), ("cookie", "a=b"), ("x", "1"), ("bin-bin", b"\x00")])
    assert rows == [["Authorization", REDACTED], ["cookie", REDACTED], ["x", "1"], ["bin-bin", "AA=="]]
    assert {_WORD, f"u:{_WORD}", basic} <= secrets_of([("Authorization", f"Basic {basic}")])


def test_a_request_of_http() -> None:
    """Headers, query and body; what is found there is known for the answer."""
    basic = base64.b64encode(f"u:{_WORD}".encode()).decode()
    request = m.HttpRequest(
        method="POST", path="/users/create?token=Halibut", body=b'{"userName": "u", "password": "Mackerel"}',
        headers={"Authorization": f"Basic {basic}", "accept": "*/*"},
    )  # fmt: skip
    assert _WORD in secrets_in(request)
    assert redact(request, set())
    text = str(request)
    assert not any(each in text for each in ("Halibut", "Mackerel", basic))
    assert request.headers["accept"] == "*/*"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("check", "h:1", "--token", "a b", "--quick"), ("check", "h:1", "--token", REDACTED, "--quick")),
        (("--password=x", "--tls-key", "k.pem"), (f"--password={REDACTED}", "--tls-key", "k.pem")),
        (("check", "http://u:p@h:1"), ("check", "http://[redacted]@h:1")),
    ],
)
def test_a_command(words: tuple[str, ...], shown: tuple[str, ...]) -> None:
    """Options by their names, in both spellings, and what stands in a URL."""
    assert command_words(words) == shown
