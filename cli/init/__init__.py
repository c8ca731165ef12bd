"""`tickets init`: sample events, or answers to questions, to a draft contract in which every guess is marked."""

from cli.init.command import command

__all__ = ["command"]
