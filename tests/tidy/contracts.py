"""Two kinds of import contract that import-linter lacks: doors of rooms, and a package's allowed list."""

import grimp
from importlinter import Contract, ContractCheck, fields, output


class _DirectImportsContract(Contract):
    """A contract about direct imports, each judged on its own."""

    def is_illegal(self, importer: str, imported: str) -> bool:
        raise NotImplementedError

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        illegal = [
            detail
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self.is_illegal(importer, imported)
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for detail in check.metadata["illegal"]:
            output.print_error(f"{detail['importer']} imports {detail['imported']} (line {detail['line_number']})")
        output.new_line()


class DoorsContract(_DirectImportsContract):
    """From outside a room, only its doors are imported."""

    type_name = "doors"
    rooms = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def is_illegal(self, importer: str, imported: str) -> bool:
        room, door = self._room_and_part(imported)
        return bool(room) and room != self._room_and_part(importer)[0] and door not in self.doors

    def _room_and_part(self, module: str) -> tuple[str, str]:
        if not module.startswith(f"{self.rooms}."):
            return "", ""
        room, _, part = module.removeprefix(f"{self.rooms}.").partition(".")
        return room, part.partition(".")[0]


class OnlyContract(_DirectImportsContract):
    """A package imports itself and what is listed, nothing else."""

    type_name = "only"
    package = fields.StringField()
    allowed = fields.SetField(subfield=fields.StringField())

    def is_illegal(self, importer: str, imported: str) -> bool:
        inside = (self.package, f"{self.package}.")
        if importer != inside[0] and not importer.startswith(inside[1]):
            return False
        return imported != inside[0] and not imported.startswith(inside[1]) and imported not in self.allowed
