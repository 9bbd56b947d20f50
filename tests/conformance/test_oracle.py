"""What is answered 200 arrives, whatever breaks: the oracle in a short form. `cargo xtask bench oracle` runs it as long as one likes.

A fixed seed, so that CI fails for what was changed and not for its luck: its faults kill nodes and the store, and cut the network. The same
messages go to one node on SQLite and to three on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from accounting import Sent
from chat_faults import POSTED
from fake_slack import Call
from oracle.faults import Fault
from oracle.plan import Message, Topic
from oracle.run import run
from oracle.verdict import judge

SEED = 67
SECONDS = 12
NODES = {"one node on SQLite": 1, "three nodes on PostgreSQL": 3}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, sns):
    """Both at once: they wait most of their time."""
    folder = tmp_path_factory.mktemp("oracle")
    with ThreadPoolExecutor(len(NODES)) as pool:
        runs = {name: pool.submit(run, folder / str(nodes), sns, SEED, SECONDS, nodes) for name, nodes in NODES.items()}
    outcomes = {name: each.result() for name, each in runs.items()}
    for outcome in outcomes.values():
        print("\n".join(outcome.lines()))
    return outcomes


@pytest.mark.parametrize("name", NODES)
def test_what_is_answered_200_arrives_once_and_in_order(outcomes, name):
    assert outcomes[name].problems == []
    assert outcomes[name].drained_seconds is not None


@pytest.mark.parametrize("name", NODES)
def test_enough_was_broken(outcomes, name):
    kinds = {fault.kind for fault in outcomes[name].faults}
    assert kinds >= ({"kill"} if NODES[name] == 1 else {"kill", "store killed", "network cut"})
    assert outcomes[name].failed_by_chat > 10


def test_the_same_messages_arrive_by_one_node_and_by_three(outcomes):
    one, three = (outcome.verdict.arrived for outcome in outcomes.values())
    assert one == three


TOPICS = [Topic("oracle-00", ["C0"], [Message(f"oracle-00-000{number}", "arn", 0.0, "") for number in range(3)])]
SENT = [Sent(f"oracle-00-000{number}", number, number + 0.5) for number in range(3)]


def posted(number: int, at: float, unanswered=False) -> Call:
    return Call(at, "C0", f"oracle-00-000{number}", POSTED, True, unanswered, None if unanswered else at + 0.1)


def problems(*calls: Call, faults=()) -> list[str]:
    return judge(TOPICS, SENT, list(calls), list(faults)).problems


def test_the_oracle_finds_what_is_lost():
    verdict = judge(TOPICS, SENT, [posted(0, 1), posted(2, 3)], [])
    assert verdict.lost == {("C0", "oracle-00-0001")}
    assert judge(TOPICS, SENT[:1], [posted(0, 1)], []).lost == set()


def test_the_oracle_finds_what_overtook():
    assert problems(posted(0, 1), posted(1, 2), posted(2, 3)) == []
    assert problems(posted(1, 1), posted(0, 2), posted(2, 3)) == ["in C0 oracle-00-0001 overtook oracle-00-0000"]


def test_the_oracle_finds_what_came_again_without_need():
    twice = (posted(0, 1), posted(0, 9))
    assert problems(*twice) == ["came again without need: {('C0', 'oracle-00-0000'): 1}"]
    assert problems(posted(0, 1, unanswered=True), posted(0, 9)) == []
    assert problems(*twice, faults=[Fault("kill", 0, began=1.2, ended=2)]) == []
    # A kill that was over before the post, or came long after its answer, explains nothing; and one kill explains one repeat.
    for began, ended in ((0.1, 0.9), (2.0, 3.0)):
        assert problems(*twice, faults=[Fault("kill", 0, began, ended)]) != []
    assert problems(*twice, posted(0, 12), faults=[Fault("kill", 0, began=1.2, ended=2)]) != []
