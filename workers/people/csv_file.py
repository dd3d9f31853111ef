"""Reading a file of rows, such as the people file: every fault is found and told with its line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from workers.people.rows import PersonRow

Row = TypeVar("Row", bound=BaseModel)


class ImportRefused(Exception):
    """The file has faults, so nothing was imported; ``faults`` are sentences for whoever made the file."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"Nothing was imported: {len(faults)} fault{'s' if len(faults) != 1 else ''} in the file.")
        self.faults = faults


@dataclass(frozen=True)
class Line(Generic[Row]):
    """A row and the line of the file it begins on."""

    number: int
    row: Row


def read_people(path: Path) -> list[Line[PersonRow]]:
    """Every row of the people file; see :func:`read_rows`."""
    return read_rows(path, PersonRow, what="people", each="person")


def read_rows(path: Path, row_model: type[Row], *, what: str, each: str) -> list[Line[Row]]:
    """Every row of a file whose columns are the model's fields, each checked by itself.

    :param what: what the file should hold, and ``each`` one of them, as the messages call it.
    :raises ImportRefused: the file cannot be read as CSV, or a row is wrong; all faults are named.
    """
    faults: list[str] = []
    lines: list[Line[Row]] = []
    columns = tuple(row_model.model_fields)
    for number, cells in _rows(_text_of(path), columns, faults):
        try:
            lines.append(Line(number, row_model.model_validate(cells)))
        except ValidationError as error:
            faults += [
                f"Line {number}, column {fault['loc'][0]}: {fault['msg'].removeprefix('Value error, ')}."
                for fault in error.errors(include_url=False, include_context=False, include_input=False)
            ]
    if faults:
        raise ImportRefused(faults)
    if not lines:
        raise ImportRefused([f"{path.name} has a heading but no {what}: add a line for each {each}."])
    return lines


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefused([f"{path} cannot be read ({error.strerror}): check the file's name and place."]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            [
                f"Line {line}: {path.name} is not UTF-8, so names and addresses would be garbled. It looks like "
                f'{_likely_encoding(content)}: save it as "CSV UTF-8" and import it again.'
            ]
        ) from None


def _likely_encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return '"Unicode text" (UTF-16)'
    return "a spreadsheet's plain CSV (Windows-1252)"


def _rows(text: str, columns: tuple[str, ...], faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        if wrong := _faults_of_heading(heading, columns):
            faults += wrong
            return
        begins = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(heading):
                yield begins, dict(zip(heading, cells, strict=True))
            elif any(cell.strip() for cell in cells):
                faults.append(
                    f"Line {begins}: has {len(cells)} cells where the heading has {len(heading)}. Put a cell that "
                    "contains a comma in double quotes, and do not leave out empty cells."
                )
            begins = reader.line_num + 1
    except csv.Error as error:
        faults.append(
            f"Line {begins}: cannot be read as CSV ({error}). Look for a double quote that is not closed or stands "
            "inside a cell; there it must be written twice."
        )


def _faults_of_heading(heading: list[str], columns: tuple[str, ...]) -> list[str]:
    if not any(heading):
        return [f"Line 1: is empty; it must be the heading: {','.join(columns)}."]
    if len(heading) == 1 and (";" in heading[0] or "\t" in heading[0]):
        return ["Line 1: the columns are not separated by commas: save the file as comma-separated CSV."]
    faults = [f"Line 1: the column {column} is missing: add it." for column in columns if column not in heading]
    faults += [
        f"Line 1: the column {column or '(without a heading)'} is unknown: remove it."
        for column in dict.fromkeys(heading)
        if column not in columns
    ]
    faults += [
        f"Line 1: the column {column} appears twice: keep one." for column in columns if heading.count(column) > 1
    ]
    return faults
