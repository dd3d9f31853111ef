"""``dueprocess migrate``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from workers.engine.commands import telling_errors
from workers.engine.errors import EngineError
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.engine.client import EngineClient
    from workers.migration.plan import Wishes
    from workers.migration.prospects import FamilyProspect, Planner
    from workers.records.database import Database


def migrate(  # noqa: PLR0917  (the command line's options are named)
    procedure: Annotated[
        str | None, typer.Argument(help="The procedure, such as capability_appeal; without, every procedure.")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Move the cases. Without this nothing is changed.")] = False,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="OLD=NEW", help="The case at element OLD goes on at NEW. May be repeated."),
    ] = None,
    restarts: Annotated[
        list[str] | None,
        typer.Option(
            "--restart", metavar="TIMER", help="Start this timer anew instead of keeping its date. May be repeated."
        ),
    ] = None,
    cases: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="CASE", help="Only this case: its reference or the process instance's key."),
    ] = None,
    with_incidents: Annotated[
        bool, typer.Option("--with-incidents", help="Also cases with an incident, which the new version mends.")
    ] = False,
    looking_ahead: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE|REVISION",
            help="Ask no engine: compare the procedure's file with an older one, or with that of a Git revision.",
        ),
    ] = None,
    before_deploying: Annotated[
        bool,
        typer.Option("--before-deploying", help="Show what would become of the cases if the files were deployed now."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before moving.")] = False,
) -> None:
    """Bring running cases to the newest version of their procedure; by itself it only shows what would become of each.

    A case is moved with everything it called, or not at all. An element with the same id is the same; for others say
    --map. Timers keep their dates, open tasks and jobs stay as they are. Where a case would come to harm it is not
    moved, and it is said why; it goes on by its old version.

    Cases are moved one after another. What was moved stays moved: after an interruption run it again.
    """
    console = Console(markup=False, highlight=False, soft_wrap=True)
    with telling_errors(console):
        if run and (before_deploying or looking_ahead):
            raise EngineError("Cases can only be moved to what is deployed: leave out --run, or deploy first.")
        wishes = _wishes(maps or (), restarts or ())
        if looking_ahead is not None:
            _look_ahead(procedure, looking_ahead, wishes, console)
            return
        from workers.records.commands import open_records  # noqa: PLC0415

        with open_records() as database:
            asked = Asked(procedure, wishes, tuple(cases or ()), run, yes, with_incidents, before_deploying)
            complete = asyncio.run(_migrate(asked, database, console))
    if not complete:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    procedure: str | None
    wishes: Wishes
    cases: tuple[str, ...]
    run: bool
    yes: bool
    with_incidents: bool
    before_deploying: bool


def _wishes(maps: Sequence[str], restarts: Sequence[str]) -> Wishes:
    from workers.migration.plan import PlanError, Wishes  # noqa: PLC0415  (--help should be quick)

    pairs: dict[str, str] = {}
    for typed in maps:
        old, equals, new = (part.strip() for part in typed.partition("="))
        if not (old and equals and new):
            raise PlanError(f"--map {typed}: write OLD=NEW, the id in the old version and that in the new one.")
        if old in pairs:
            raise PlanError(f"--map {typed}: {old} is mapped to {pairs[old]} already; say one of them.")
        pairs[old] = new
    return Wishes(pairs, tuple(restarts))


def _look_ahead(procedure: str | None, source: str, wishes: Wishes, console: Console) -> None:
    from workers.migration.files import current_and_older  # noqa: PLC0415
    from workers.migration.plan import PlanError, make_plan  # noqa: PLC0415
    from workers.migration.report import about_elements, about_plan  # noqa: PLC0415

    if procedure is None:
        raise PlanError("Name the procedure whose file is to be compared, such as capability_appeal.")
    new, old = current_and_older(Settings().bpmn_dir, procedure, source)
    plan = make_plan(old, new, wishes)
    for line in (*about_plan(plan), *about_elements(plan)):
        console.print(line)


async def _migrate(asked: Asked, database: Database, console: Console) -> bool:
    """Whether every case that was asked for is on its newest version now, or would be."""
    from workers.engine.client import EngineClient  # noqa: PLC0415
    from workers.engine.state import with_running_platform  # noqa: PLC0415
    from workers.migration.operate import OperateInstances  # noqa: PLC0415
    from workers.migration.prospects import Planner  # noqa: PLC0415

    async with EngineClient.for_settings(with_running_platform(Settings())) as client:
        files = Settings().bpmn_dir if asked.before_deploying else None
        planner = Planner(OperateInstances(client), asked.wishes, asked.with_incidents, files)
        with console.status("Looking where the cases stand"):
            cases = Cases(planner, database, console)
            await cases.look(asked.procedure, asked.cases)
        cases.show(asked.procedure)
        if not asked.run:
            return True
        if not cases.movable:
            return not cases.refused
        if not asked.yes and not typer.confirm(f"Move {_cases(len(cases.movable))}?"):
            console.print("Nothing was changed.")
            return False
        return await cases.move(client)


@dataclass
class Cases:
    """The cases that were asked for, and what becomes of them."""

    planner: Planner
    database: Database
    console: Console

    def __post_init__(self) -> None:
        self.prospects: list[FamilyProspect] = []
        self.references: dict[int, str] = {}

    @property
    def movable(self) -> list[FamilyProspect]:
        """Those that can be moved."""
        return [prospect for prospect in self.prospects if prospect.to_move and not prospect.refused]

    @property
    def refused(self) -> list[FamilyProspect]:
        """Those that cannot."""
        return [prospect for prospect in self.prospects if prospect.refused]

    async def look(self, procedure: str | None, only: Sequence[str]) -> None:
        """See where they stand and what would become of them.

        :raises EngineError: no such procedure or case runs, or a wish fits none of them.
        """
        from workers.migration.plan import PlanError  # noqa: PLC0415
        from workers.migration.record_keeping import case_references  # noqa: PLC0415
        from workers.migration.report import references_of  # noqa: PLC0415

        if procedure is not None:
            await self.planner.newest(procedure)
        families = await self.planner.instances.families(procedure)
        with self.database.reading() as session:
            self.references = case_references(session, [one.key for family in families for one in family])
        self.prospects = [await self.planner.prospect(family) for family in families]
        if only:
            names = {prospect.key: {str(m.instance.key) for m in prospect.members} for prospect in self.prospects}
            for prospect in self.prospects:
                names[prospect.key] |= set(references_of(prospect, self.references))
            wanted = {name.strip().upper() for name in only}
            if unknown := wanted - set().union(*names.values()):
                raise PlanError(f"No running case is called {', '.join(sorted(unknown))}. Check it in the case list.")
            self.prospects = [prospect for prospect in self.prospects if names[prospect.key] & wanted]
        if any(prospect.to_move for prospect in self.prospects):
            self.planner.check_wishes()

    def show(self, procedure: str | None) -> None:
        """Say what would become of them."""
        from workers.migration.report import about_family, about_plan, name_of, summary  # noqa: PLC0415

        say = self.console.print
        for plan in self.planner.plans:
            for line in about_plan(plan):
                say(line)
        for prospect in self.prospects:
            if prospect.to_move:
                for line in about_family(prospect, name_of(prospect, self.references)):
                    say(line)
        current = [prospect for prospect in self.prospects if not prospect.to_move]
        counts = [
            (len(self.movable), "to be moved"),
            (len(self.refused), "not to be moved"),
            (len(current), "on the newest version already"),
        ]
        running = f"{_cases(len(self.prospects))} of {procedure}" if procedure else _cases(len(self.prospects))
        say(
            f"{running}: {summary(counts)}."
            if self.prospects
            else f"No case{f' of {procedure}' if procedure else ''} runs."
        )

    async def move(self, client: EngineClient) -> bool:
        """Move those that can be moved; whether nothing was left behind."""
        from workers.migration.moving import move  # noqa: PLC0415
        from workers.migration.record_keeping import note_move  # noqa: PLC0415
        from workers.migration.report import about_move, name_of, references_of, summary  # noqa: PLC0415

        done, left = 0, len(self.refused)
        for prospect in self.movable:
            result = await move(self.planner, prospect.key, client.migrate)
            if result is None:
                continue
            if result.moved:
                with self.database.session() as session:
                    note_move(session, references_of(result.prospect, self.references), result.moved)
            complete = not result.failure and not result.prospect.refused
            done, left = done + complete, left + (not complete)
            for line in about_move(result, name_of(result.prospect, self.references)):
                self.console.print(line)
        self.console.print(f"{summary([(done, 'moved'), (left, 'not moved')]) or 'Nothing was left to move'}.")
        return left == 0


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"
