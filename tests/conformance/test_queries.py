"""`--query`: jmespath.py, which the AWS CLI reads queries with, is the oracle. Members of objects stay in their order too."""

import json
import warnings

import jmespath
import pytest
from jmespath.exceptions import JMESPathError

from asked import ask

FUNCTIONS = {
    "Functions": [
        {"FunctionName": "b", "Runtime": "python3.13", "MemorySize": 512, "Tags": {"z": "1", "a": "2"}, "Layers": [{"Arn": "x"}, {"Arn": "y"}]},
        {"FunctionName": "a", "Runtime": "nodejs22.x", "MemorySize": 128, "Environment": {"Variables": {"STAGE": "prod"}}, "Layers": []},
        {"FunctionName": "c", "MemorySize": 1024, "Runtime": None, "Broken": 1.5, "LastModified": "2026-11-23T10:00:00.000+0000"},
    ],
    "Count": 3,
    "NextMarker": "",
    "my-key": {"dotted.key": 7, "quoted \"key\"": 8, "é": "ü"},
}
INSTANCES = {
    "Reservations": [
        {"Instances": [
            {"InstanceId": "i-1", "State": {"Name": "running", "Code": 16}, "LaunchTime": "2026-11-01T00:00:00+00:00",
             "Tags": [{"Key": "Name", "Value": "web"}, {"Key": "Stage", "Value": "prod"}], "Flags": [True, False, None]},
            {"InstanceId": "i-2", "State": {"Name": "stopped", "Code": 80}, "LaunchTime": "2025-01-01T00:00:00+00:00", "Tags": []},
        ]},
        {"Instances": [{"InstanceId": "i-3", "State": {"Name": "running", "Code": 16}, "LaunchTime": "2026-10-01T00:00:00+00:00"}]},
        {"Instances": []},
    ],
}
ODD = {
    "numbers": [3, 1, 2.5, -7, 0], "whole": [3, 1, 2], "texts": ["b", "a", "é", "Z", ""], "mixed": [1, "a", None, True, [], {}],
    "nested": [[1, [2, 3]], [4], 5, None], "empty": [], "nothing": None, "zero": 0, "text": "aXbXc", "no": False, "yes": True,
    "object": {"z": 1, "a": None, "m": [1]}, "objects": [{"k": 2, "v": "b"}, {"k": 1, "v": "a"}, {"k": 2, "v": "c"}], "big": 9007199254740993,
}

QUERIES = {
    "functions": (FUNCTIONS, r"""
        Functions
        Functions[].FunctionName
        Functions[*].Runtime
        Functions[0]
        Functions[-1].FunctionName
        Functions[9]
        Functions[1:].MemorySize
        Functions[:2].FunctionName
        Functions[::2].FunctionName
        Functions[::-1].FunctionName
        Functions[5:1:-1].FunctionName
        Functions[-100:100].FunctionName
        Functions[].{Name: FunctionName, Memory: MemorySize}
        Functions[].[FunctionName, Runtime]
        Functions[?Runtime=='python3.13'].FunctionName
        Functions[?Runtime==`python3.13`].FunctionName
        Functions[?Runtime!=`null`].FunctionName
        Functions[?MemorySize > `256`].FunctionName | [0]
        Functions[?MemorySize >= `128` && MemorySize < `1024`].FunctionName
        Functions[?starts_with(FunctionName, 'a') || contains(FunctionName, `c`)].FunctionName
        Functions[?contains(to_string(Runtime), 'node')].FunctionName
        Functions[?!Runtime].FunctionName
        Functions[?not_null(Environment)].FunctionName
        Functions[?Environment.Variables.STAGE == 'prod'] | [0].FunctionName
        sort_by(Functions, &MemorySize)[].FunctionName
        reverse(sort_by(Functions, &FunctionName))[*].FunctionName
        max_by(Functions, &MemorySize).FunctionName
        min_by(Functions, &MemorySize).{n: FunctionName, m: MemorySize}
        sum(Functions[].MemorySize)
        avg(Functions[].MemorySize)
        length(Functions)
        length(Functions[?MemorySize>`100000`])
        Functions[].Layers[].Arn
        Functions[*].Layers[*].Arn
        Functions[*].Layers[*].Arn[]
        Functions[].Layers
        Functions[0].Tags
        keys(Functions[0].Tags)
        values(Functions[0].Tags)
        Functions[0].Tags.*
        Functions[*].Tags.z
        *.FunctionName
        *[].FunctionName
        *
        "my-key"."dotted.key"
        "my-key"."quoted \"key\""
        "my-key".{a: "é"}
        [Count, NextMarker, Nothing]
        {c: Count, n: Nothing.at.all, l: length(Functions)}
        NextMarker || 'none'
        Nothing || Count
        Count && 'counted'
        join(', ', Functions[].FunctionName)
        Functions[].[FunctionName, join('-', Layers[].Arn || [`none`])]
        map(&FunctionName, Functions)
        map(&Layers[0].Arn, Functions)
        merge(Functions[0].Tags, {b: 'x', z: 'y'})
        type(Functions)
        Functions[].type(MemorySize)
        to_array(Count)
        Functions[?LastModified > '2026-01-01'].FunctionName
        Functions[?Broken > `1`].Broken | [0]
        @.Count
        Functions | [0] | FunctionName
        (Functions[0] || Functions[1]).FunctionName
        Functions.FunctionName
        Functions[*].Nothing
        Functions[?FunctionName].Nothing
        Functions[0].[*]
        Functions[].{a: @.FunctionName, b: {c: MemorySize}}
        Functions[?length(Layers || `[]`) > `0`].FunctionName
    """),
    "instances": (INSTANCES, r"""
        Reservations[].Instances[].InstanceId
        Reservations[*].Instances[*].InstanceId
        Reservations[*].Instances[*].InstanceId[]
        Reservations[*].Instances[].InstanceId
        Reservations[].Instances[].[InstanceId, State.Name, Tags[?Key=='Name'].Value | [0]]
        Reservations[].Instances[?State.Name=='running'].InstanceId
        Reservations[].Instances[?State.Name=='running'].InstanceId[]
        Reservations[].Instances[?State.Name=='running'][].InstanceId
        Reservations[].Instances[?State.Code == `16`].[InstanceId][]
        Reservations[].Instances[].{Id: InstanceId, Name: Tags[?Key==`Name`]|[0].Value}
        sort_by(Reservations[].Instances[], &LaunchTime)[-1].InstanceId
        Reservations[].Instances[?Tags[?Key=='Stage' && Value=='prod']].InstanceId[]
        Reservations[].Instances[].Tags[].Key
        Reservations[].Instances[].Flags
        Reservations[].Instances[].Flags[]
        Reservations[].Instances[].Flags[*]
        Reservations[0].Instances[0].Flags[?@]
        Reservations[?Instances].Instances[0].InstanceId
        Reservations[-1:].Instances
        Reservations[].Instances[].State.* | [0]
        length(Reservations[].Instances[])
        max(Reservations[].Instances[].LaunchTime)
        Reservations[].Instances[].not_null(Tags[0].Value, InstanceId)
    """),
    "odd": (ODD, r"""
        sort(numbers)
        sort(texts)
        max(numbers)
        min(texts)
        max(empty)
        avg(empty)
        sum(empty)
        sum(whole)
        sum(numbers)
        avg(whole)
        numbers[].abs(@)
        numbers[].ceil(@)
        numbers[].floor(@)
        nested[]
        nested[][]
        nested[*][]
        nested[].[@]
        mixed[]
        mixed[*].type(@)
        mixed[?@]
        mixed[].to_string(@)
        object.*
        object
        keys(object)
        values(object)
        length(text)
        length(texts[2])
        reverse(text)
        reverse(whole)
        contains(text, 'X')
        contains(mixed, `true`)
        contains(mixed, `1`)
        contains(mixed, `[]`)
        ends_with(text, 'c')
        starts_with(text, 'b')
        to_number('12')
        to_number('-1.5')
        to_number('x')
        to_number(text)
        to_number(yes)
        zero || 'else'
        zero && 'then'
        !zero
        !empty
        !text
        no || yes
        nothing || no
        nothing && yes
        zero == `0.0`
        whole == `[3.0, 1, 2]`
        object == `{"m": [1], "a": null, "z": 1}`
        yes == `1`
        text < 'b'
        zero < text
        zero <= `0`
        big
        big > `9007199254740992`
        sort_by(objects, &v)[*].k
        sort_by(objects, &k)[*].v
        max_by(objects, &k).v
        min_by(objects, &k).v
        sort_by(empty, &k)
        max_by(empty, &k)
        objects[*].[k, v][]
        objects[?k == max(@.k)]
        objects[?k==`2`] | length(@)
        'raw'
        'it\'s'
        'back\\slash'
        `"json"`
        `bare text`
        `  leading`
        `{"a": [1, 2.0, null]}`
        `\`tick\``
        [`1`, `true`, `null`, `a`]
        [@.zero, @.no]
        not_null(nothing, empty, zero)
        not_null(nothing, nothing)
        text.at
        nothing.at
        nothing[0]
        text[0]
        text[*]
        text[]
        nothing[]
        nothing[*].a
        nothing.[a]
        nothing.{a: a}
        whole[0:2]
        whole[:0]
        whole[::-2]
        whole[-2:]
        whole[5:]
        @ | zero
        whole[?@ > `1`]
        whole[?@ > `1`] | [0]
        whole[?@>`1` || @<`0`]
        whole[?(@>`1` && @<`3`)]
        objects[0].k == objects[2].k && 'same'
        merge(object, `{"n": 1}`, `{"z": 2}`)
        map(&@, whole)
        map(&(@ == `1`), whole)
        to_array(whole)
        join('', texts)
        foo bar
        a.
        .a
        a..b
        [
        ]
        a[
        a[0
        a[b]
        a[0:1:2:3]
        a[::0]
        a b
        a,b
        {a}
        {a:}
        {}
        []a
        a[?]
        a[?b
        a(
        a()
        sum()
        sum('x')
        sum(texts)
        sum(mixed)
        sort(mixed)
        sort_by(mixed, &@)
        sort_by(objects, k)
        sort_by(objects, &nothing)
        max_by(mixed, &@)
        length(zero)
        keys(whole)
        abs(text)
        join(',', whole)
        starts_with(zero, 'a')
        nope(@)
        &a
        a = b
        a === b
        a || || b
        !
        'open
        "open
        `open
        a#b
        "a"(b)
        [*
        *.*
        @.*
        [].a
        [*].a
        [?a]
        [0]
        [1:]
        [a][0]
        [zero, big][0]
        {a: zero}.a
        {a: zero, a: big}
        a.'b'
        a.0
        -1
        whole[-1]
        whole[-0]
        whole[99999999999999999999]
        whole [0]
        length( whole )
        text|text
        @
        @@
    """),
}


def rows():
    for name, (value, queries) in QUERIES.items():
        for line in queries.strip().splitlines():
            yield pytest.param(line.strip(), value, id=f"{name}: {line.strip()}")


def by_oracle(query: str, value) -> dict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return {"answer": jmespath.search(query, value)}
        except (JMESPathError, TypeError, AttributeError):
            return {"error": None}


# Where ours is another: what it says, and why.
DELIBERATE = {
    # The standard's answer; jmespath.py ends with Python's own TypeError.
    "zero < text": {"answer": None},
    # Mistakes of whoever typed them, said before anything is called; jmespath.py finds them in the answer, or not at all.
    "a[::0]": {"error": "a slice has a step of 0"},
    "&a": {"error": "the query is not JMESPath from `&a` on"},
    "whole[99999999999999999999]": {"error": "the query is not JMESPath from `99999999999999999999` on"},
}


@pytest.fixture(scope="module")
def answers():
    asked = [row.values for row in rows()]
    said = ask("queries", [{"query": query, "value": value} for query, value in asked])
    return {(query, id(value)): answer for (query, value), answer in zip(asked, said, strict=True)}


@pytest.mark.parametrize(("query", "value"), list(rows()))
def test_a_query_is_answered_as_the_aws_cli_answers_it(answers, query, value):
    answer = answers[query, id(value)]
    if query in DELIBERATE:
        assert answer == DELIBERATE[query]
        return
    oracle = by_oracle(query, value)
    if "error" in oracle:
        assert "error" in answer
    else:
        # As text: the order of members counts, and whether a number is whole.
        assert json.dumps(answer.get("answer", answer)) == json.dumps(oracle["answer"])
