"""What would become of each running case."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workers.migration.files import differs, file_of
from workers.migration.instances import Deployed, Family, RunningInstance, RunningInstances
from workers.migration.plan import Plan, PlanError, Wishes, make_plan
from workers.migration.versions import Version


@dataclass(frozen=True)
class Prospect:
    """What would become of one process instance."""

    instance: RunningInstance
    plan: Plan | None
    """None: it is on the newest version already."""
    why_not: tuple[str, ...] = ()
    """Why it is not moved, in sentences."""
    notes: tuple[str, ...] = ()
    """What will be different for it, in sentences."""

    @property
    def stands_at(self) -> str:
        """Where it stands, in words."""
        names = [self.plan.old.name(e) if self.plan else e for e in self.instance.stands_at]
        return ", ".join(names) or "between two elements"


@dataclass(frozen=True)
class FamilyProspect:
    """What would become of a case and all it called: it is moved as a whole or not at all."""

    key: int
    members: tuple[Prospect, ...]

    @property
    def to_move(self) -> tuple[Prospect, ...]:
        """The instances that are not on the newest version."""
        return tuple(member for member in self.members if member.plan is not None)

    @property
    def refused(self) -> bool:
        """Whether some of it cannot be moved, and so nothing of it is."""
        return any(member.why_not for member in self.members)


@dataclass
class Planner:
    """Makes the plans as they are needed, one for each procedure and version.

    :param files: the folder of the diagrams, to plan for those files in it that are not deployed yet.
    """

    instances: RunningInstances
    wishes: Wishes
    with_incidents: bool = False
    files: Path | None = None
    _plans: dict[int, Plan | None] = field(default_factory=dict)
    _newest: dict[str, Version] = field(default_factory=dict)

    @property
    def plans(self) -> list[Plan]:
        """The plans made so far."""
        return [plan for plan in self._plans.values() if plan is not None]

    async def prospect(self, family: Family) -> FamilyProspect:
        """What would become of a family."""
        return FamilyProspect(family.instance.key, tuple([await self._member(one) for one in family]))

    def check_wishes(self) -> None:
        """Make sure that every wish met a version it is about.

        :raises PlanError: one did not; probably it is misspelt.
        """
        for one, two in self.wishes.maps.items():
            if not any(one in plan.old.elements and two in plan.new.elements for plan in self.plans):
                raise PlanError(
                    f"--map {one}={two}: no running case has {one} in its version and {two} in the new one. "
                    "Check both ids."
                )
        for timer in self.wishes.restarts:
            if not any(timer in plan.old.elements for plan in self.plans):
                raise PlanError(f"--restart {timer}: no running case has such an element in its version.")

    async def newest(self, process_id: str) -> Version:
        """The version to go to."""
        if process_id not in self._newest:
            deployed = await self._version(await self.instances.newest(process_id))
            file = file_of(self.files, process_id) if self.files is not None else None
            self._newest[process_id] = file if file is not None and differs(file, deployed) else deployed
        return self._newest[process_id]

    async def _version(self, deployed: Deployed) -> Version:
        xml = await self.instances.xml(deployed.key)
        return Version.deployed(deployed.process_id, xml, deployed.number, deployed.key)

    async def _member(self, instance: RunningInstance) -> Prospect:
        plan = await self._plan(instance)
        if plan is None:
            return Prospect(instance, None)
        why_not = list(plan.everywhere)
        for element in instance.stands_at:
            why_not += plan.why_not(element)
        why_not += _waiting_at_a_join(instance, plan)
        if instance.has_incident and not self.with_incidents:
            why_not.append(
                "It has an incident. Mend it in Operate first; if the new version is what mends it, say "
                "--with-incidents."
            )
        notes = [*plan.notes.get(instance.process_id, ())]
        notes += [note for element in instance.stands_at for note in plan.notes.get(element, ())]
        return Prospect(instance, plan, tuple(dict.fromkeys(why_not)), tuple(dict.fromkeys(notes)))

    async def _plan(self, instance: RunningInstance) -> Plan | None:
        if instance.definition_key not in self._plans:
            new = await self.newest(instance.process_id)
            if new.key == instance.definition_key:
                self._plans[instance.definition_key] = None
            else:
                old = await self._version(Deployed(instance.process_id, instance.version, instance.definition_key))
                self._plans[instance.definition_key] = make_plan(old, new, self._wishes_for(old, new))
        return self._plans[instance.definition_key]

    def _wishes_for(self, old: Version, new: Version) -> Wishes:
        return Wishes(
            {a: b for a, b in self.wishes.maps.items() if a in old.elements and b in new.elements},
            tuple(timer for timer in self.wishes.restarts if timer in old.elements),
        )


def _waiting_at_a_join(instance: RunningInstance, plan: Plan) -> list[str]:
    """The engine cannot move a case while one branch waits at a gateway for the others."""
    return [
        f"A branch waits at {plan.old.name(gateway)} for the others, and the engine cannot move it from there. Try "
        "again when the branches have met."
        for gateway, flows in plan.joins.items()
        if flows & instance.flows_taken and not flows <= instance.flows_taken
    ]
