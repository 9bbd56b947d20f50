"""The obligation oracle: whatever was answered 200 arrives, while everything around it breaks.

A publisher sends signed messages and repeats like SNS until it has a 200; a chat records what it shows and fails at random; nodes are
killed and frozen, the store is killed and cut off. Then it is judged from what was accepted and what the chat saw: nothing lost, repeats
explained one by one, the order of each channel kept, and new messages flow. All chance comes from a seed that is printed.

Clocks jump where `--clocks` asks for it: that needs a library which the tests do not bring.

`plan` says what happens when, `installation` is what it happens to, `publisher` and `faults` do it, `verdict` judges, `run` holds them
together. `cargo xtask bench oracle` calls `__main__`; test_oracle.py runs it in a short form.
"""
