"""The facts that `cargo test -p awscall` holds Bellhop's command lines against are those of the pinned AWS CLI."""

import command_lines


def test_the_committed_facts_are_what_the_aws_cli_says():
    assert command_lines.written(command_lines.facts()) == command_lines.FACTS.read_text()
