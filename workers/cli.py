"""The command ``dueprocess``: what each capability offers, under one name."""

from __future__ import annotations

from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from workers.attendance.commands import commands as absence_commands
from workers.cases.commands import commands as case_commands
from workers.checks.commands import check
from workers.checks.element_template_commands import commands as template_commands
from workers.demo.commands import demo
from workers.diagrams.commands import picture
from workers.docs.commands import docs
from workers.engine.commands import deploy, up
from workers.mailbox.commands import mailbox
from workers.migration.commands import migrate
from workers.notices.commands import commands as notice_commands
from workers.people.commands import commands as people_commands
from workers.records.commands import commands as record_commands
from workers.records.commands import fail
from workers.registers.commands import commands as register_commands
from workers.rights.commands import rights
from workers.runtime.commands import work
from workers.secret_files import SecretFileError
from workers.settings import Settings
from workers.web.commands import case_file

PLATFORM = "Run it"
LOOK = "Look and change"


class Commands(TyperGroup):
    """The commands; settings that are wrong are said in sentences, not as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run one."""
        try:
            return super().invoke(ctx)
        except SecretFileError as error:
            fail(str(error))
        except ValidationError as error:
            if error.title != Settings.__name__:
                raise
            # What was set may be a secret in the wrong place, and is not shown.
            faults = [f"DUEPROCESS_{str(fault['loc'][0]).upper()}: {fault['msg']}." for fault in error.errors()]
            fail("\n".join(["These settings are wrong; .env.example says what each may be.", *faults]))


app = typer.Typer(
    cls=Commands,
    name="dueprocess",
    help=(
        "Due Process: HR policy procedures as BPMN diagrams on Camunda 8.\n\n"
        "'dueprocess demo' starts everything on this machine and plays a case. Step by step: 'dueprocess up' in "
        "one terminal; 'dueprocess records upgrade', 'dueprocess people import samples/people.csv', "
        "'dueprocess deploy' and 'dueprocess work' in another.\n\n"
        "Settings are read from the environment and from .env (DUEPROCESS_…); .env.example lists them."
    ),
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(rich_help_panel=PLATFORM)(demo)
app.command(rich_help_panel=PLATFORM)(up)
app.command(rich_help_panel=LOOK)(check)
app.command(rich_help_panel=PLATFORM)(deploy)
app.command(rich_help_panel=PLATFORM)(migrate)
app.command(rich_help_panel=PLATFORM)(work)
app.command("case-file", rich_help_panel=PLATFORM)(case_file)
app.command(rich_help_panel=PLATFORM)(mailbox)
app.add_typer(record_commands, name="records", rich_help_panel=PLATFORM)
app.add_typer(people_commands, name="people", rich_help_panel=LOOK)
app.add_typer(absence_commands, name="absences", rich_help_panel=LOOK)
app.add_typer(case_commands, name="case", rich_help_panel=LOOK)
app.add_typer(register_commands, name="register", rich_help_panel=LOOK)
app.add_typer(notice_commands, name="notices", rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(picture)
app.command(rich_help_panel=LOOK)(docs)
app.add_typer(template_commands, name="templates", rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(rights)

if __name__ == "__main__":
    app()
