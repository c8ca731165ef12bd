"""`tickets completion`: the script by which a shell completes commands, options, contracts and clause ids."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_TICKETS_COMPLETE"


@click.command(
    epilog="\b\nExamples:\n"
    '  eval "$(tickets completion bash)"                 # in ~/.bashrc\n'
    '  eval "$(tickets completion zsh)"                  # in ~/.zshrc\n'
    "  tickets completion fish > ~/.config/fish/completions/tickets.fish\n"
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete what is typed after `tickets`.

    It completes commands, options and their values, and names: contracts, and the ids of their clauses
    (`tickets quarantine list client_tickets --clause client_tickets.v2/pri...`). bash 4.4 or newer.
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click has one for each of SHELLS
    click.echo(made(ctx.find_root().command, {}, "tickets", VARIABLE).source(), nl=False)
