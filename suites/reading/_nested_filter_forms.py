"""Filters of documents, arrays and nulls in the forms that they may be written in, each with the keys that it finds."""

from collections.abc import Mapping

from milvus_tck.suites.reading._filter_forms import EVERY, NONE, REFUSED, Forms, every_but, keys, only, since

__all__ = ["ARRAYS", "DOCUMENTS", "NULLS"]

# 0 a:1 b:x · 1 a:2 b:xy c.d:1 · 2 a:2.5 c.d:[1,2,3] · 3 a:"1" · 4 a:true · 5 a:[1,2,3] · 6 a:[] · 7 a:[x,y] b:""
# 8 b:y · 9 c:{} · 10 c.d.e:5 · 11 nothing; `doc` and the dynamic fields hold the same
DOCUMENTS: Mapping[str, Forms] = {
    "values": {
        'doc["a"] == 1.0': keys(0), "doc['a'] == 1": keys(0), 'doc["a"] != 1': since("3.0", keys(1, 2), every_but(0)),
        'not (doc["a"] == 1)': since("3.0", keys(1, 2), every_but(0)), 'doc["a"] >= "1"': keys(3),
        'doc["a"] != true': since("3.0", NONE, every_but(4)),
        'doc["b"] != "x"': since("3.0", keys(1, 7, 8), every_but(0)), 'doc["b"] == ""': keys(7),
        'doc["b"] < "y"': keys(0, 1, 7), '1 < doc["a"]': keys(1, 2), '"x" <= doc["b"]': keys(0, 1, 8),
        'doc["a"] < 2.5': keys(0, 1), 'doc["a"] == [1, 2, 3]': keys(5), 'doc["a"] != [1, 2, 3]': keys(6, 7),
        'doc["a"] == ["x", "y"]': keys(7), 'doc["a"] == [1, 2]': NONE, 'doc["a"] == []': since("2.5", keys(6)),
        "doc == 1": since("2.4", NONE), 'doc["a"] == doc["b"]': only("2.5", REFUSED), 'doc[""] == 1': REFUSED,
        'doc["a"]': REFUSED, 'not doc["a"]': REFUSED, 'doc["a"] and doc["b"] == "x"': REFUSED, "none == 1": NONE,
        "b == 'y'": keys(8), 'true == doc["a"]': keys(4), "c['d'] == 1": keys(1),
        "null == 1": since("3.0", REFUSED, NONE), 'doc["a"] == {v}': REFUSED, 'doc["a"] == n': only("2.5", REFUSED),
        "id[0] == 1": REFUSED, 'doc["none"] != 1': since("3.0", NONE, EVERY),
    },
    "places": {
        'doc["c"]["d"][0] == 1': keys(2), 'doc["c"]["d"]["0"] == 1': keys(2), 'doc["a"]["00"] == 1': NONE,
        'doc["a"][3] == 1': NONE, 'doc["a"][2] == 3': keys(5), "doc['c'][\"d\"]['e'] == 5": keys(10),
        'doc["c"]["d"] == 1': keys(1), 'doc["a"]["x"] == 1': NONE, 'doc["a"][-1] == 3': REFUSED,
        'doc["a"][1.0] == 2': REFUSED, "doc[a] == 1": REFUSED, "doc.a == 1": REFUSED, '$meta["a"] == 1': keys(0),
        '$meta["c"]["d"][1] == 2': keys(2), "$meta == 1": since("2.4", NONE), 'doc["A"] == 1': NONE,
    },
    "lists": {
        'doc["a"] in [1, 2.5]': since("2.6", keys(0, 2)), 'doc["a"] in ["1", 1]': REFUSED,
        'doc["a"] in [true]': keys(4), 'doc["a"] not in [1]': since("3.0", keys(1, 2), every_but(0)),
        'doc["a"] in []': NONE, 'doc["a"] in [1.0, 2.0]': keys(0, 1), 'doc["a"] in [[1]]': REFUSED,
        'doc["b"] in ["xy", "y"]': keys(1, 8), '1 < doc["a"] < 3': keys(1, 2), '3 > doc["a"] >= 2': keys(1, 2),
        '"0" < doc["a"] < "2"': keys(3), '1 < doc["a"] < 2.6': since("2.6", keys(1, 2)),
        'true < doc["a"] < false': REFUSED, '1 < doc["a"] < "b"': REFUSED,
        '2 < doc["a"] < 1': since("2.5", REFUSED, NONE), '1 <= doc["a"] <= 1': keys(0),
    },
    "arithmetic": {
        'doc["a"] + 1 == 2': keys(0), 'doc["a"] * 2 == 5': keys(2), 'doc["a"] / 2 == 1': keys(1),
        'doc["a"] - 2 == 0': keys(1), '1 + doc["a"] == 3': keys(1), 'doc["a"] + 0.5 == 3.0': keys(2),
        'doc["a"] + 1 > 2': since("2.4", keys(1, 2)), 'doc["a"] + "x" == 1': REFUSED, 'doc["a"] + true == 1': REFUSED,
        'doc["a"] ** 2 == 4': REFUSED, 'doc["a"] + doc["b"] == 1': REFUSED, '1 - doc["a"] == 0': REFUSED,
        'doc["a"] % 1.5 == 1': only("2.5", REFUSED), '(doc["a"] & 3) == 1': since("3.0", keys(0)),
    },
    "functions": {
        'exists doc["a"]': since("2.6", keys(0, 1, 2, 3, 4, 5, 7), keys(0, 1, 2, 3, 4, 5, 6, 7)),
        'exists doc["c"]': since("2.6", keys(1, 2, 10), keys(1, 2, 9, 10)),
        "exists a": since("2.6", every_but(6, 8, 9, 10, 11), every_but(8, 9, 10, 11)),
        'EXISTS doc["b"]': keys(0, 1, 7, 8), 'exists $meta["b"]': keys(0, 1, 7, 8), "exists doc": REFUSED,
        'exists doc["b"] and doc["b"] == "x"': only("2.5", keys(0)), "exists id": REFUSED,
        'exists doc["c"]["d"]["e"]': keys(10), 'json_contains(doc["a"], 2.0)': keys(5),
        'json_contains(doc["a"], true)': NONE, "json_contains(doc, 1)": since("2.4", NONE),
        'json_contains(doc["a"])': REFUSED, 'json_contains(doc["a"], 1, 2)': REFUSED,
        'json_contains(doc["a"], doc["b"])': REFUSED, 'json_contains_any(doc["a"], 1)': REFUSED,
        'json_contains_all(doc["a"], 1)': REFUSED, 'json_contains_all(doc["a"], [])': only("2.5", keys(5, 6, 7)),
        'json_contains_any(doc["a"], [])': only("2.5", NONE), "json_contains(id, 1)": REFUSED,
        'array_contains(doc["a"], 1)': keys(5), 'json_contains_all(doc["a"], [1, 2])': keys(5),
        'json_contains_any(doc["a"], [9, "x"])': keys(7), 'json_contains_all(doc["a"], ["x", 1])': NONE,
        'not json_contains(doc["a"], 2)': since("3.0", keys(6, 7), every_but(5)),
        'array_length(doc["a"]) == 2': keys(7), '3 == array_length(doc["a"])': keys(5),
        'array_length(doc["a"]) > 1': since("2.4", keys(5, 7)),
        'array_length(doc["a"]) != 3': since("3.0", keys(6, 7), every_but(5)),
        'array_length(doc["a"]) == 0': since("3.0", keys(6), every_but(5, 7)),
        'array_length(doc["a"]) == 1.0': REFUSED, 'array_length(doc["a"]) == "a"': REFUSED, "array_length()": REFUSED,
        "array_length(5) == 1": REFUSED, 'array_length(doc["a"], 1) == 1': REFUSED,
        'array_length(doc["a"]) + 1 == 4': REFUSED, 'array_length(doc["a"]) in [3]': REFUSED,
        'array_length(doc["a"])': REFUSED, 'not array_length(doc["a"])': REFUSED, 'array_length("a") == 1': REFUSED,
        'array_length(doc["a"] + 1) == 1': REFUSED, 'doc["b"] like "%y"': since("2.4", keys(1, 8)),
        'doc["b"] like 5': REFUSED, 'not (doc["b"] like "x%")': since("3.0", keys(7, 8), every_but(0, 1)),
        'doc["a"] is null': {"..2.4": REFUSED, "2.5": keys(8, 9, 10, 11), "2.6..": keys(6, 8, 9, 10, 11)},
        'doc["a"] is not null': {"..2.4": REFUSED, "2.5": every_but(8, 9, 10, 11), "2.6..": every_but(6, 8, 9, 10, 11)},
    },
}  # fmt: skip

# whole, parts, words: 0 [1,2,3] [.5,1.5] [a,b] · 1 [1] [.5] [a] · 2 [2,3] [1.5,2.5,3.5] [b,c] · 3 [] [] []
# 4 [3,3,3] [4.0] [abc,a] · 5 [7,1] [.25] [z]
ARRAYS: Mapping[str, Forms] = {
    "elements": {
        "whole[0] != 1": keys(2, 4, 5), "not (whole[0] == 1)": since("3.0", keys(2, 4, 5), keys(2, 3, 4, 5)),
        "whole[0] in [7, 1]": keys(0, 1, 5), "whole[0] in []": NONE, "1 <= whole[0] < 3": keys(0, 1, 2),
        "whole[0] not in [1]": since("3.0", keys(2, 4, 5), keys(2, 3, 4, 5)), "2 < whole[0]": keys(4, 5),
        "whole[0] + 1 == 2": keys(0, 1), "whole[1] % 2 == 1": keys(2, 4, 5), "whole[0] * 2 == 4": keys(2),
        "whole[0] + 1 > 3": since("2.4", keys(4, 5)), "whole[0] == 1.0": REFUSED, "parts[0] == 4": keys(4),
        "parts[0] < 0.5": keys(5), "parts[0] in [0.25, 4.0]": keys(4, 5), "parts[0] + 0.5 == 1.0": keys(0, 1),
        "words[0] == 1": REFUSED, 'whole["0"] == 1': REFUSED, "whole[0][0] == 1": only("2.5", REFUSED),
        "whole[-1] == 1": REFUSED, 'words[1] in ["b", "c"]': keys(0, 2), 'words[0] > "a"': keys(2, 4, 5),
        "whole[0] == whole[1]": only("2.5", REFUSED), 'words[0] like "a%"': keys(0, 1, 4), 'words[0] == "ab"': NONE,
        'whole[0] like "a"': REFUSED, "whole[0] is null": only("2.5", REFUSED), "exists whole[0]": REFUSED,
        'words[0] in ["a", 1]': REFUSED, "whole[0] == true": REFUSED,
    },
    "whole": {
        "whole == [1, 2, 3]": keys(0), "whole != [1]": keys(0, 2, 3, 4, 5), 'words == ["a"]': keys(1),
        "parts == [0.5]": keys(1), "whole == [3, 2, 1]": NONE, "[1] == whole": keys(1), "whole == 1": REFUSED,
        "whole < [1]": REFUSED, "[1] >= whole": REFUSED, "whole in [1]": REFUSED, "whole + 1 == 2": REFUSED,
        "1 < whole < 3": REFUSED, "-whole == 1": REFUSED, 'whole like "a"': REFUSED, 'words like "a%"': REFUSED,
        'whole == ["a"]': REFUSED, "not whole": REFUSED, "whole": REFUSED, "whole == whole": only("2.5", REFUSED),
        "whole == id": REFUSED,
    },
    "functions": {
        'array_contains(whole, "a")': REFUSED, "array_contains(words, 1)": REFUSED,
        "array_contains(whole, [1])": REFUSED, "array_contains(whole, 1.0)": since("2.5", REFUSED, keys(0, 1, 5)),
        "array_contains_any(whole, [1.0, 9.0])": keys(0, 1, 5), "array_contains(parts, 4)": keys(4),
        "array_contains(words, 1.5)": REFUSED, "array_length(whole) == id": REFUSED,
        "array_contains_all(whole, [3])": keys(0, 2, 4), "array_contains_any(parts, [0.5, 4.0])": keys(0, 1, 4),
        "array_contains_all(whole, 3)": REFUSED, "array_contains_any(whole, 3)": REFUSED,
        'array_contains_any(whole, ["a"])': REFUSED, 'array_contains_all(words, ["a", 1])': REFUSED,
        "array_contains(whole[0], 1)": only("2.5", REFUSED), "array_length(whole[0]) == 1": only("2.5", REFUSED),
        "json_contains(whole, 1)": keys(0, 1, 5), "ARRAY_CONTAINS(whole, 1)": keys(0, 1, 5),
        "array_contains(parts, 0.1)": NONE, "array_contains(whole)": REFUSED, "array_contains(1, whole)": REFUSED,
        "array_contains(whole, id)": REFUSED, "array_contains_all(whole, [[1]])": REFUSED,
        "array_length(words) >= 2": since("2.4", keys(0, 2, 4)),
        "array_length(whole) != 0": every_but(3, *range(6, 12)), "array_length(whole) < 1": since("2.4", keys(3)),
        "array_length(whole) == 1 or array_length(parts) == 3": keys(1, 2), "array_length(id) == 1": REFUSED,
        "not array_contains(whole, 1)": keys(2, 3, 4), "array_contains_any(words, ['c', 'z'])": keys(2, 5),
        "array_contains_all(words, ['a', 'b'])": keys(0), "array_size(whole) == 1": REFUSED,
    },
}  # fmt: skip

# n s doc whole: 0 1 a {a:1} [1,2] · 1 null b null null · 2 3 null {a:null} [] · 3 null null {} [3]
# 4 0 "" null null
NULLS: Mapping[str, Forms] = {
    "": {
        "not (n is null)": keys(0, 2, 4), "n is null and s is null": keys(3), "n is null or n == 1": keys(0, 1, 3),
        'not (n == 1 or s == "b")': keys(4), 'not (n == 1 and s == "b")': keys(0, 2, 4), "n in [1]": keys(0),
        "n in []": NONE, "n not in []": keys(0, 2, 4), "0 <= n <= 1": keys(0, 4), "not (0 <= n <= 1)": keys(2),
        's like "a%"': keys(0), 'not (s like "a%")': keys(1, 4), "n + 1 != 2": keys(2, 4), 'doc["a"] == 1': keys(0),
        'not (doc["a"] == 1)': since("3.0", NONE, keys(2, 3)), 'exists doc["a"]': keys(0),
        'not exists doc["a"]': keys(1, 2, 3, 4), "array_contains(whole, 1)": keys(0),
        "not array_contains(whole, 1)": keys(2, 3), "whole[0] == 1": keys(0), "whole is null": keys(1, 4),
        "not (whole[0] == 1)": since("3.0", keys(3), keys(2, 3)), "id is null": NONE, "n < id": keys(4),
        "id > n": keys(4), "zzz is null": REFUSED, "whole == [3]": keys(3), "n == 0 or n is null": keys(1, 3, 4),
        's in ["a", ""]': keys(0, 4), 's not in ["a"]': keys(1, 4), 'doc["a"] in [1]': keys(0),
        "n > -1": keys(0, 2, 4), "n is not null and s is not null": keys(0, 4),
        "doc is null and whole is null": keys(1, 4), "s == 'b' and n != 1": NONE,
    },
}  # fmt: skip
